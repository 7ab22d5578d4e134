{{/* Parts of NetworkPolicies. */}}

{{/* The pods of one component, called with (list . "backend"). */}}
{{- define "todo-chatbot.peer" -}}
- podSelector:
    matchLabels: {{- include "todo-chatbot.selectorLabels" . | nindent 6 }}
{{- end -}}

{{/* To anywhere: a cluster's resolver is a pod here, and an address of the node there. */}}
{{- define "todo-chatbot.dnsEgress" -}}
- ports:
    - {port: 53, protocol: UDP}
    - {port: 53, protocol: TCP}
{{- end -}}

{{/* The port in OPENAI_BASE_URL, or its scheme's. */}}
{{- define "todo-chatbot.modelPort" -}}
{{- $url := urlParse .Values.backend.config.OPENAI_BASE_URL -}}
{{- regexFind ":[0-9]+$" $url.host | trimPrefix ":" | default (eq $url.scheme "http" | ternary "80" "443") -}}
{{- end -}}
