namespace Progeny.Core.Alerts;

/// <summary>Addresses outside that an operator configured by name, and that are told of what happens.</summary>
public interface IWebhooks
{
    /// <summary>Delivers a message, signed, in one attempt of bounded time.</summary>
    /// <param name="project">The project that has something to say.</param>
    /// <param name="name">The name of the webhook.</param>
    /// <param name="id">The same at each attempt of the same message.</param>
    /// <param name="body">The message in JSON.</param>
    /// <returns>Null where it was taken, or why not, in one sentence.</returns>
    Task<string?> SendAsync(string project, string name, string id, string body, CancellationToken cancellationToken);

    /// <summary>Asks about a step of a rollout, signed, in one attempt.</summary>
    /// <param name="project">The project that wants to take the step.</param>
    /// <param name="name">The name of the webhook.</param>
    /// <param name="id">The same at each attempt of the same step.</param>
    /// <param name="body">The question in JSON.</param>
    /// <param name="timeout">How long it may take; the operator's limit for the webhook holds as well.</param>
    Task<WebhookAnswer> AskAsync(
        string project, string name, string id, string body, TimeSpan timeout, CancellationToken cancellationToken);

    /// <summary>Why a release that names a webhook is refused; null: it is not.</summary>
    /// <remarks>
    /// Where each project may use each webhook, one that is not configured is none of the release's faults: its first message says so.
    /// Elsewhere one that is missing and one that the project may not use are not told apart.
    /// </remarks>
    string? Refusal(string name, string project);
}
