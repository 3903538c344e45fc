using Progeny.Storage.Common;

namespace Progeny.Storage.Alerts;

/// <summary>One webhook, from the configuration section <c>Webhooks:&lt;name&gt;</c>.</summary>
public sealed class WebhookOptions
{
    /// <summary>The address that messages are posted to: http or https.</summary>
    public string? Url { get; set; }

    /// <summary>What messages are signed with; the receiver knows it, too. At least 16 characters.</summary>
    public string? Secret { get; set; }

    /// <summary>How long the receiver may take to answer, in seconds.</summary>
    public double TimeoutSeconds { get; set; } = 10;

    /// <summary>The projects whose alerts may be sent there: names and patterns with <c>*</c>, separated by commas.</summary>
    public string Projects { get; set; } = ProjectGrant.All;
}
