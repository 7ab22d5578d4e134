{{/* Mistakes that a schema cannot see, each said with its remedy. */}}
{{- define "todo-chatbot.checks" -}}
{{- $external := or .Values.database.existingSecret .Values.database.url -}}
{{- if and .Values.postgres.enabled $external -}}
{{- fail "Two databases: with database.existingSecret or database.url, set postgres.enabled=false." -}}
{{- end -}}
{{- if not (or .Values.postgres.enabled $external) -}}
{{- fail "No database: set database.existingSecret (or database.url), or postgres.enabled=true to run one in the release." -}}
{{- end -}}
{{- if and .Values.database.existingSecret .Values.database.url -}}
{{- fail "Two databases: set database.existingSecret or database.url, not both." -}}
{{- end -}}
{{- if and .Values.openai.existingSecret .Values.openai.apiKey -}}
{{- fail "Two model keys: set openai.existingSecret or openai.apiKey, not both." -}}
{{- end -}}
{{- if and .Values.mcp.expose (not (or .Values.ingress.enabled .Values.httpRoute.enabled)) -}}
{{- fail "mcp.expose adds /mcp to an Ingress or HTTPRoute: set ingress.enabled=true or httpRoute.enabled=true." -}}
{{- end -}}
{{- if and .Values.mcp.expose .Values.networkPolicy.enabled (not .Values.networkPolicy.mcpClients) -}}
{{- fail "mcp.expose needs the ingress controller's pods in networkPolicy.mcpClients, or it cannot reach the backend." -}}
{{- end -}}
{{- end -}}
