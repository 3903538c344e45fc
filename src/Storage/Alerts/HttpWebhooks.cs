using System.Globalization;
using System.Net.Http.Headers;
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
    // A receiver that sends the message elsewhere is not the one that was configured.
    private readonly HttpClient client = new(OutgoingAddresses.Parse(options.Value.AllowedNetworks).CreateHandler())
    {
        Timeout = Timeout.InfiniteTimeSpan,
    };

    /// <inheritdoc/>
    public async Task<string?> SendAsync(string project, string name, string id, string body, CancellationToken cancellationToken)
    {
        var (status, _, problem) = await PostAsync(project, name, id, body, Timeout.InfiniteTimeSpan, maxAnswer: 0, cancellationToken);
        return problem
            ?? (status is >= 200 and <= 299
            ? null
            : string.Create(CultureInfo.InvariantCulture, $"The webhook '{name}' answered {status}; 200 to 299 would be right."));
    }

    /// <inheritdoc/>
    public async Task<WebhookAnswer> AskAsync(
        string project, string name, string id, string body, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var (status, answer, problem) = await PostAsync(project, name, id, body, timeout, WebhookAnswer.MaxBytes + 1, cancellationToken);
        return problem is null ? WebhookAnswer.Read(status, answer) : new WebhookAnswer(null, problem);
    }

    /// <summary>Posts a message in one attempt.</summary>
    /// <param name="timeout">How long it may take, where that is less than what the operator allows.</param>
    /// <param name="maxAnswer">The most bytes of the answer that are read.</param>
    private async Task<(int Status, byte[] Answer, string? Problem)> PostAsync(
        string project, string name, string id, string body, TimeSpan timeout, int maxAnswer, CancellationToken cancellationToken)
    {
        if (!options.Value.Webhooks.TryGetValue(name, out var webhook) || !ProjectGrant.Includes(webhook.Projects, project))
            return (0, [], Missing(name, project));
        var limit = TimeSpan.FromSeconds(webhook.TimeoutSeconds);
        limit = timeout != Timeout.InfiniteTimeSpan && timeout < limit ? timeout : limit;
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(limit);
        using var request = new HttpRequestMessage(HttpMethod.Post, webhook.Url)
        {
            Content = new ByteArrayContent(
                Encoding.UTF8.GetBytes(body)) { Headers = { ContentType = new MediaTypeHeaderValue("application/json", "utf-8") } },
        };
        request.Headers.Add(WebhookSignature.IdHeader, Uri.EscapeDataString(id));
        request.Headers.Add(WebhookSignature.Header, WebhookSignature.Of(webhook.Secret!, body, time.GetUtcNow()));
        try
        {
            using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, patience.Token);
            return ((int)response.StatusCode, maxAnswer == 0 ? [] : await ReadAsync(response, maxAnswer, patience.Token), null);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return (0, [], string.Create(
                CultureInfo.InvariantCulture, $"The webhook '{name}' did not answer within {limit.TotalSeconds} s."));
        }
        catch (HttpRequestException exception) when (exception.InnerException is OutgoingAddressException refused)
        {
            LogRefused(logger, name, refused.Message);
            return (0, [], $"The webhook '{name}' is at an address that this node may not call; the node's log says which.");
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException)
        {
            // It names the address, which may be secret.
            LogFailed(logger, exception, name);
            return (0, [], $"The webhook '{name}' cannot be reached; the node's log says why.");
        }
    }

    private static async Task<byte[]> ReadAsync(HttpResponseMessage response, int most, CancellationToken cancellationToken)
    {
        await using var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
        var answer = new byte[most];
        return answer[..await stream.ReadAtLeastAsync(answer, most, throwOnEndOfStream: false, cancellationToken)];
    }

    /// <inheritdoc/>
    public string? Refusal(string name, string project)
    {
        var webhooks = options.Value.Webhooks;
        return webhooks.Values.All(webhook => webhook.Projects == ProjectGrant.All)
            || (webhooks.TryGetValue(name, out var webhook) && ProjectGrant.Includes(webhook.Projects, project))
            ? null
            : Missing(name, project);
    }

    public void Dispose() => client.Dispose();

    private static string Missing(string name, string project) =>
        $"There is no webhook '{name}' for '{project}' on this node; operators set Webhooks:{name}:Url, Webhooks:{name}:Secret and "
            + $"Webhooks:{name}:Projects.";

    [LoggerMessage(Level = LogLevel.Warning, Message = "The webhook '{Webhook}' cannot be reached")]
    private static partial void LogFailed(ILogger logger, Exception exception, string webhook);

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "The webhook '{Webhook}' is not called: {Reason}; Webhooks:AllowedNetworks must name its network")]
    private static partial void LogRefused(ILogger logger, string webhook, string reason);
}
