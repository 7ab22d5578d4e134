{{/*
Development pods: the sources and the compiler's cache are on a volume that
outlives the pod, so that one that is replaced goes on with the developer's
edits. Everything here is called with (list . "backend") and renders nothing
unless dev.enabled.
*/}}

{{- define "todo-chatbot.devEnv" -}}
{{- if (first .).Values.dev.enabled }}
- name: DEV_SESSION # one run of Skaffold; its end is the end of the edits on the volume
  valueFrom: {fieldRef: {fieldPath: "metadata.labels['skaffold.dev/run-id']"}}
{{- end }}
{{- end -}}

{{- define "todo-chatbot.devMounts" -}}
{{- if (first .).Values.dev.enabled }}
volumeMounts:
  - {name: work, mountPath: /src, subPath: src}
  - {name: work, mountPath: /cache, subPath: cache}
  - {name: tmp, mountPath: /tmp}
{{- end }}
{{- end -}}

{{- define "todo-chatbot.devVolumes" -}}
{{- if (first .).Values.dev.enabled }}
volumes:
  - name: work
    persistentVolumeClaim: {claimName: {{ include "todo-chatbot.component" . }}-work}
  - name: tmp
    emptyDir: {}
{{- end }}
{{- end -}}
