{{/* Names and labels. What takes a component is called with (list . "backend"). */}}

{{- define "todo-chatbot.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" -}}
{{- end -}}

{{/*
43 characters leave room for the longest suffix: a StatefulSet's name may have
52, because its pods carry it with a hash in a label of 63.
*/}}
{{- define "todo-chatbot.fullname" -}}
{{- $name := include "todo-chatbot.name" . -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 43 | trimSuffix "-" -}}
{{- else if contains $name .Release.Name -}}
{{- .Release.Name | trunc 43 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name $name | trunc 43 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{- define "todo-chatbot.component" -}}
{{- printf "%s-%s" (include "todo-chatbot.fullname" (first .)) (last .) -}}
{{- end -}}

{{- define "todo-chatbot.releaseLabels" -}}
app.kubernetes.io/name: {{ include "todo-chatbot.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "todo-chatbot.selectorLabels" -}}
{{ include "todo-chatbot.releaseLabels" (first .) }}
app.kubernetes.io/component: {{ last . }}
{{- end -}}

{{- define "todo-chatbot.labels" -}}
{{- $root := first . -}}
helm.sh/chart: {{ printf "%s-%s" $root.Chart.Name $root.Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
{{ include "todo-chatbot.selectorLabels" . }}
app.kubernetes.io/version: {{ $root.Chart.AppVersion | quote }}
app.kubernetes.io/part-of: todo-chatbot
app.kubernetes.io/managed-by: {{ $root.Release.Service }}
{{- end -}}

{{- define "todo-chatbot.authSecret" -}}
{{- .Values.auth.existingSecret | default (include "todo-chatbot.component" (list . "auth")) -}}
{{- end -}}

{{- define "todo-chatbot.openaiSecret" -}}
{{- .Values.openai.existingSecret | default (include "todo-chatbot.component" (list . "openai")) -}}
{{- end -}}

{{- define "todo-chatbot.postgresSecret" -}}
{{- .Values.postgres.existingSecret | default (include "todo-chatbot.component" (list . "postgres")) -}}
{{- end -}}

{{- define "todo-chatbot.databaseSecret" -}}
{{- if .Values.postgres.enabled -}}
{{- include "todo-chatbot.postgresSecret" . -}}
{{- else -}}
{{- .Values.database.existingSecret | default (include "todo-chatbot.component" (list . "database")) -}}
{{- end -}}
{{- end -}}
