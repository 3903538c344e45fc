using Microsoft.Extensions.Options;
using Progeny.Storage.Common;

namespace Progeny.Storage.Alerts;

internal sealed class WebhooksOptionsValidator : IValidateOptions<WebhooksOptions>
{
    private const int MinSecret = 16;
    private const double MaxSeconds = 60;

    public ValidateOptionsResult Validate(string? name, WebhooksOptions options)
    {
        var failures = options.Webhooks.SelectMany(webhook => Check($"Webhooks:{webhook.Key}", webhook.Value)).ToList();
        return failures.Count > 0 ? ValidateOptionsResult.Fail(failures) : ValidateOptionsResult.Success;
    }

    // Addresses may hold tokens, and secrets are secret: neither is in a message.
    private static IEnumerable<string> Check(string key, WebhookOptions webhook)
    {
        if (!Uri.TryCreate(webhook.Url, UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https"))
            yield return $"{key}:Url is {(string.IsNullOrWhiteSpace(webhook.Url) ? "missing" : "no address")}; write the http or https address that alerts are posted to.";
        if (webhook.Secret is null || webhook.Secret.Length < MinSecret)
            yield return $"{key}:Secret {(webhook.Secret is null ? "is missing" : "is too short")}; write {MinSecret} characters or more, which the receiver checks the signature with.";
        if (webhook.TimeoutSeconds is not (> 0 and <= MaxSeconds))
            yield return FormattableString.Invariant($"{key}:TimeoutSeconds is {webhook.TimeoutSeconds}; it must be above 0 and at most {MaxSeconds}.");
        if (ProjectGrant.Problem($"{key}:Projects", webhook.Projects) is { } problem)
            yield return problem;
    }
}
