namespace Progeny.Storage.Alerts;

/// <summary>The webhooks that an operator configured, by name; names are not case-sensitive, as all keys of a configuration.</summary>
public sealed class WebhooksOptions
{
    /// <summary>The key, within the section of the webhooks, of <see cref="AllowedNetworks"/>: no webhook has this name.</summary>
    public const string AllowedNetworksKey = nameof(AllowedNetworks);

    public IDictionary<string, WebhookOptions> Webhooks { get; } = new Dictionary<string, WebhookOptions>(StringComparer.OrdinalIgnoreCase);

    /// <summary>Networks beside the public internet in which webhooks may be, as <c>10.0.0.0/8, fd00::/8</c>.</summary>
    public string? AllowedNetworks { get; set; }
}
