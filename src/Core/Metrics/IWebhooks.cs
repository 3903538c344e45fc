namespace Progeny.Core.Metrics;

/// <summary>Addresses outside that an operator configured by name, and that are told of what happens.</summary>
public interface IWebhooks
{
    /// <summary>Delivers a message, signed, in one attempt of bounded time.</summary>
    /// <param name="name">The name of the webhook.</param>
    /// <param name="id">The same at each attempt of the same message.</param>
    /// <param name="body">The message in JSON.</param>
    /// <returns>Null where it was taken, or why not, in one sentence.</returns>
    Task<string?> SendAsync(string name, string id, string body, CancellationToken cancellationToken);
}
