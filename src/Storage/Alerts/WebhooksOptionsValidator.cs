using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Options;
using Progeny.Storage.Common;

namespace Progeny.Storage.Alerts;

internal sealed class WebhooksOptionsValidator : IValidateOptions<WebhooksOptions>
{
    private const int MinSecret = 16;
    private const double MaxSeconds = 60;

    public ValidateOptionsResult Validate(string? name, WebhooksOptions options)
    {
        OutgoingAddresses addresses;
        try
        {
            addresses = OutgoingAddresses.Parse(options.AllowedNetworks);
        }
        catch (FormatException exception)
        {
            return ValidateOptionsResult.Fail(
                $"Webhooks:{WebhooksOptions.AllowedNetworksKey} has '{exception.Message}'; it must be networks with commas between them, "
                    + "such as 10.0.0.0/8, fd00::/8.");
        }

        var failures = options.Webhooks.SelectMany(webhook => Check($"Webhooks:{webhook.Key}", webhook.Value, addresses)).ToList();
        return failures.Count > 0 ? ValidateOptionsResult.Fail(failures) : ValidateOptionsResult.Success;
    }

    // Addresses may hold tokens, and secrets are secret: neither is in a message.
    private static IEnumerable<string> Check(string key, WebhookOptions webhook, OutgoingAddresses addresses)
    {
        if (!Uri.TryCreate(webhook.Url, UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https"))
            yield return $"{key}:Url is {(string.IsNullOrWhiteSpace(webhook.Url) ? "missing" : "no address")}; write the http or https "
                + "address that alerts are posted to.";
        else if (AddressOf(address) is { } number && !addresses.Allow(number))
            yield return $"{key}:Url is at an address that is not of the public internet; Webhooks:{WebhooksOptions.AllowedNetworksKey} "
                + $"must name its network, such as {Network(number)}.";
        if (webhook.Secret is null || webhook.Secret.Length < MinSecret)
            yield return $"{key}:Secret {(webhook.Secret is null ? "is missing" : "is too short")}; write {MinSecret} characters or more, "
                + "which the receiver checks the signature with.";
        if (webhook.TimeoutSeconds is not (> 0 and <= MaxSeconds))
            yield return FormattableString.Invariant(
                $"{key}:TimeoutSeconds is {webhook.TimeoutSeconds}; it must be above 0 and at most {MaxSeconds}.");
        if (ProjectGrant.Problem($"{key}:Projects", webhook.Projects) is { } problem)
            yield return problem;
    }

    /// <summary>The address that an address of the web names itself; null: a name, which leads to one when it is called.</summary>
    private static IPAddress? AddressOf(Uri address) =>
        address.IdnHost.Equals("localhost", StringComparison.OrdinalIgnoreCase) ? IPAddress.Loopback
        : IPAddress.TryParse(address.IdnHost, out var number) ? number : null;

    private static string Network(IPAddress address) =>
        address.AddressFamily == AddressFamily.InterNetwork ? $"{address}/32" : $"{address}/128";
}
