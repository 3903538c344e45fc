namespace Progeny.Storage.Alerts;

/// <summary>The webhooks that an operator configured, by name; names are not case-sensitive, as all keys of a configuration.</summary>
public sealed class WebhooksOptions
{
    public IDictionary<string, WebhookOptions> Webhooks { get; } = new Dictionary<string, WebhookOptions>(StringComparer.OrdinalIgnoreCase);
}
