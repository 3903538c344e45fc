using System.Globalization;
using System.Text;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Progeny.Core.Alerts;
using Progeny.Storage.Common;

namespace Progeny.Storage.Alerts;

/// <summary>Posts messages to the addresses that are configured.</summary>
public sealed partial class HttpWebhooks(IOptions<WebhooksOptions> options, TimeProvider time, ILogger<HttpWebhooks> logger)
    : IWebhooks, IDisposable
{
    // Without redirects: another address is not the one that was configured.
    private readonly HttpClient _client = new(OutgoingAddresses.Parse(options.Value.AllowedNetworks).CreateHandler())
    {
        Timeout = Timeout.InfiniteTimeSpan,
    };

    /// <inheritdoc/>
    public async Task<string?> SendAsync(string project, string name, string id, string body, CancellationToken cancellationToken)
    {
        var sent = await PostAsync(project, name, id, body, timeout: null, maxAnswer: 0, cancellationToken);
        return sent.Problem ?? (sent.Status is >= 200 and <= 299
            ? null
            : string.Create(CultureInfo.InvariantCulture, $"The webhook '{name}' answered {sent.Status}; 200 to 299 would be right."));
    }

    /// <inheritdoc/>
    public async Task<WebhookAnswer> AskAsync(
        string project, string name, string id, string body, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var sent = await PostAsync(project, name, id, body, timeout, WebhookAnswer.MaxBytes + 1, cancellationToken);
        return sent.Problem is null ? WebhookAnswer.Read(sent.Status, sent.Answer) : new WebhookAnswer(null, sent.Problem);
    }

    /// <inheritdoc/>
    public string? Refusal(string name, string project) =>
        options.Value.Webhooks.Values.All(webhook => webhook.Projects == ProjectGrant.All) || Find(name, project) is not null
            ? null
            : Missing(name, project);

    public void Dispose() => _client.Dispose();

    private WebhookOptions? Find(string name, string project) =>
        options.Value.Webhooks.TryGetValue(name, out var webhook) && ProjectGrant.Includes(webhook.Projects, project) ? webhook : null;

    /// <summary>Posts a message in one attempt.</summary>
    /// <param name="timeout">How long it may take, where that is less than what the operator allows; null: as long as that.</param>
    /// <param name="maxAnswer">The most bytes of the answer that are read.</param>
    private async Task<Sent> PostAsync(
        string project, string name, string id, string body, TimeSpan? timeout, int maxAnswer, CancellationToken cancellationToken)
    {
        if (Find(name, project) is not { } webhook)
            return Sent.Failed(Missing(name, project));
        var allowed = TimeSpan.FromSeconds(webhook.TimeoutSeconds);
        var limit = timeout < allowed ? timeout.Value : allowed;
        using var timed = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timed.CancelAfter(limit);
        using var request = Request(webhook, id, body);
        try
        {
            using var response = await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, timed.Token);
            return new Sent((int)response.StatusCode, await ReadAsync(response, maxAnswer, timed.Token), null);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return Sent.Failed(string.Create(
                CultureInfo.InvariantCulture, $"The webhook '{name}' did not answer within {limit.TotalSeconds} s."));
        }
        catch (HttpRequestException exception) when (exception.InnerException is OutgoingAddressException refused)
        {
            LogRefused(logger, name, refused.Message);
            return Sent.Failed($"The webhook '{name}' is at an address that this node may not call; the node's log says which.");
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException)
        {
            // The message of the exception names the address, which may be secret.
            LogFailed(logger, exception, name);
            return Sent.Failed($"The webhook '{name}' cannot be reached; the node's log says why.");
        }
    }

    private HttpRequestMessage Request(WebhookOptions webhook, string id, string body)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, webhook.Url)
        {
            Content = new StringContent(body, Encoding.UTF8, "application/json"),
        };
        request.Headers.Add(WebhookSignature.IdHeader, Uri.EscapeDataString(id));
        request.Headers.Add(WebhookSignature.Header, WebhookSignature.Of(webhook.Secret!, body, time.GetUtcNow()));
        return request;
    }

    private static async Task<byte[]> ReadAsync(HttpResponseMessage response, int maxBytes, CancellationToken cancellationToken)
    {
        if (maxBytes == 0)
            return [];
        await using var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
        var answer = new byte[maxBytes];
        return answer[..await stream.ReadAtLeastAsync(answer, maxBytes, throwOnEndOfStream: false, cancellationToken)];
    }

    private static string Missing(string name, string project) =>
        $"There is no webhook '{name}' for '{project}' on this node; operators set Webhooks:{name}:Url, Webhooks:{name}:Secret and "
            + $"Webhooks:{name}:Projects.";

    [LoggerMessage(Level = LogLevel.Warning, Message = "The webhook '{Webhook}' cannot be reached")]
    private static partial void LogFailed(ILogger logger, Exception exception, string webhook);

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "The webhook '{Webhook}' is not called: {Reason}; Webhooks:AllowedNetworks must name its network")]
    private static partial void LogRefused(ILogger logger, string webhook, string reason);

    /// <summary>What came of a message.</summary>
    /// <param name="Problem">Why there is no answer; null: there is one.</param>
    private readonly record struct Sent(int Status, byte[] Answer, string? Problem)
    {
        public static Sent Failed(string problem) => new(0, [], problem);
    }
}
