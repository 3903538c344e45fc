using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using Microsoft.Extensions.Options;
using Progeny.Core.Metrics;

namespace Progeny.Storage.Metrics.Webhooks;

/// <summary>Posts messages to the addresses that are configured.</summary>
public sealed class HttpWebhooks(IOptions<WebhooksOptions> options, TimeProvider time) : IWebhooks, IDisposable
{
    // A receiver that sends the message elsewhere is not the one that was configured.
    private readonly HttpClient client = new(new SocketsHttpHandler { AllowAutoRedirect = false, PooledConnectionLifetime = TimeSpan.FromMinutes(5) })
    {
        Timeout = Timeout.InfiniteTimeSpan,
    };

    public async Task<string?> SendAsync(string name, string id, string body, CancellationToken cancellationToken)
    {
        if (!options.Value.Webhooks.TryGetValue(name, out var webhook))
            return $"There is no webhook '{name}' on this node; set Webhooks:{name}:Url and Webhooks:{name}:Secret.";
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(TimeSpan.FromSeconds(webhook.TimeoutSeconds));
        using var request = new HttpRequestMessage(HttpMethod.Post, webhook.Url)
        {
            Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body)) { Headers = { ContentType = new MediaTypeHeaderValue("application/json", "utf-8") } },
        };
        request.Headers.Add(WebhookSignature.IdHeader, Uri.EscapeDataString(id));
        request.Headers.Add(WebhookSignature.Header, WebhookSignature.Of(webhook.Secret!, body, time.GetUtcNow()));
        try
        {
            using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, patience.Token);
            return response.IsSuccessStatusCode ? null : string.Create(CultureInfo.InvariantCulture, $"The webhook '{name}' answered {(int)response.StatusCode}; 200 to 299 would be right.");
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return string.Create(CultureInfo.InvariantCulture, $"The webhook '{name}' did not answer within {webhook.TimeoutSeconds} s.");
        }
        catch (HttpRequestException exception)
        {
            return $"The webhook '{name}' cannot be reached: {exception.Message}";
        }
    }

    public void Dispose() => client.Dispose();
}
