using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Progeny.Contracts.Common;

namespace Progeny.Cli.Common;

/// <summary>A server's HTTP API.</summary>
/// <remarks>Paths are relative to the address; what is interpolated into them is escaped.</remarks>
internal sealed class ServerClient : IDisposable
{
    private static readonly TimeSpan TimeLimit = TimeSpan.FromSeconds(100);

    private readonly Uri address;
    private readonly ServerKey? key;
    private readonly HttpClient http = new() { Timeout = Timeout.InfiniteTimeSpan };

    /// <param name="address">Where the server is.</param>
    /// <param name="key">The key to send; null: none.</param>
    public ServerClient(Uri address, ServerKey? key)
    {
        this.address = address;
        this.key = key;
        if (key is not null)
            http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key.Text);
        http.BaseAddress = new Uri(address.AbsoluteUri.TrimEnd('/') + "/");
        http.DefaultRequestHeaders.Accept.ParseAdd("application/json");
    }

    /// <exception cref="ServerException">The server refused, or failed.</exception>
    /// <exception cref="CliException">No server answers, or what answers is none.</exception>
    public Task<ServerAnswer<T>> GetAsync<T>(FormattableString path, CancellationToken cancellationToken) =>
        SendAsync<T>(HttpMethod.Get, path, content: null, TimeLimit, cancellationToken);

    /// <inheritdoc cref="GetAsync{T}"/>
    public Task<ServerAnswer<T>> PostAsync<T>(FormattableString path, object? body, CancellationToken cancellationToken) =>
        SendAsync<T>(HttpMethod.Post, path, body is null ? null : ContentOf(body), TimeLimit, cancellationToken);

    /// <inheritdoc cref="GetAsync{T}"/>
    public Task<ServerAnswer<T>> PutAsync<T>(FormattableString path, object body, CancellationToken cancellationToken) =>
        SendAsync<T>(HttpMethod.Put, path, ContentOf(body), TimeLimit, cancellationToken);

    /// <inheritdoc cref="GetAsync{T}"/>
    public Task DeleteAsync(FormattableString path, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Delete, path, content: null, TimeLimit, cancellationToken);

    /// <summary>Sends a file, however long it takes.</summary>
    /// <inheritdoc cref="GetAsync{T}"/>
    public Task<ServerAnswer<T>> UploadAsync<T>(FormattableString path, Stream file, string mediaType, CancellationToken cancellationToken)
    {
        var content = new StreamContent(file);
        content.Headers.ContentType = new MediaTypeHeaderValue(mediaType);
        return SendAsync<T>(HttpMethod.Post, path, content, Timeout.InfiniteTimeSpan, cancellationToken);
    }

    /// <inheritdoc cref="GetAsync{T}"/>
    public async Task<string> GetTextAsync(FormattableString path, CancellationToken cancellationToken) =>
        (await SendAsync(HttpMethod.Get, path, content: null, TimeLimit, cancellationToken)).Text;

    /// <summary>Copies an answer, however long it takes.</summary>
    /// <inheritdoc cref="GetAsync{T}"/>
    public async Task DownloadAsync(FormattableString path, Stream target, CancellationToken cancellationToken)
    {
        var url = UrlOf(path);
        try
        {
            using var response = await http.GetAsync(url, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            if (!response.IsSuccessStatusCode)
                throw Refused(response, await response.Content.ReadAsStringAsync(cancellationToken), url);
            await response.Content.CopyToAsync(target, cancellationToken);
        }
        catch (HttpRequestException exception)
        {
            throw new ServerUnreachableException(address, exception);
        }
    }

    /// <summary>Opens a stream of events.</summary>
    /// <inheritdoc cref="GetAsync{T}"/>
    public async Task<ServerEvents> ListenAsync(FormattableString path, TimeProvider time, CancellationToken cancellationToken)
    {
        var url = UrlOf(path);
        using var request = new HttpRequestMessage(HttpMethod.Get, url) { Headers = { Accept = { new("text/event-stream") } } };
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(TimeLimit);
        try
        {
            var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, timeout.Token);
            if (response.IsSuccessStatusCode)
                return new ServerEvents(
                    response, await response.Content.ReadAsStreamAsync(timeout.Token), address, time, cancellationToken);
            using (response)
                throw Refused(response, await response.Content.ReadAsStringAsync(timeout.Token), url);
        }
        catch (HttpRequestException exception)
        {
            throw new ServerUnreachableException(address, exception);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new ServerUnreachableException(address, new HttpRequestException($"no answer within {TimeLimit.TotalSeconds:0} s"));
        }
    }

    public void Dispose() => http.Dispose();

    private static StringContent ContentOf(object body) =>
        new(JsonSerializer.Serialize(body, ApiJson.Options), Encoding.UTF8, "application/json");

    private Uri UrlOf(FormattableString path) =>
        new(http.BaseAddress!, string.Format(CultureInfo.InvariantCulture, path.Format, [.. path.GetArguments().Select(Escape)]));

    private async Task<ServerAnswer<T>> SendAsync<T>(
        HttpMethod method, FormattableString path, HttpContent? content, TimeSpan patience, CancellationToken cancellationToken)
    {
        var (text, url) = await SendAsync(method, path, content, patience, cancellationToken);
        try
        {
            return new ServerAnswer<T>(text, JsonSerializer.Deserialize<T>(text, ApiJson.Options) ?? throw new JsonException("it is null"));
        }
        catch (JsonException exception)
        {
            throw new CliException(
                $"{url} answered, but not as a Progeny server does ({exception.Message}). Is the address right?", inner: exception);
        }
    }

    private async Task<(string Text, Uri Url)> SendAsync(
        HttpMethod method, FormattableString path, HttpContent? content, TimeSpan patience, CancellationToken cancellationToken)
    {
        var url = UrlOf(path);
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(patience);
        using var request = new HttpRequestMessage(method, url) { Content = content };
        try
        {
            using var response = await http.SendAsync(request, timeout.Token);
            var text = await response.Content.ReadAsStringAsync(timeout.Token);
            return response.IsSuccessStatusCode ? (text, url) : throw Refused(response, text, url);
        }
        catch (HttpRequestException exception)
        {
            throw new ServerUnreachableException(address, exception);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new CliException(
                $"The server at {Shown(address)} did not answer within {patience.TotalSeconds:0} s; the request may still take effect.");
        }
    }

    private ServerException Refused(HttpResponseMessage response, string text, Uri url)
    {
        var status = $"{(int)response.StatusCode} {response.ReasonPhrase}".TrimEnd();
        if (response.Content.Headers.ContentType?.MediaType is "application/problem+json")
        {
            try
            {
                if (JsonSerializer.Deserialize<ServerProblem>(text, ApiJson.Options) is { } problem
                    && (problem.Title ?? problem.Detail) is not null)
                    return new(
                        response.StatusCode,
                        problem,
                        string.Join(": ", new[] { problem.Title, problem.Detail }.OfType<string>()) + Advice(response.StatusCode));
            }
            catch (JsonException)
            {
                // Then it is what it looks like from outside: an answer without problem details.
            }
        }

        return new(response.StatusCode, null, $"{url} answered {status} and did not say why. Is it the address of a Progeny server?");
    }

    private string Advice(HttpStatusCode status) => status switch
    {
        HttpStatusCode.Unauthorized when key is null =>
            " No key was sent: give one with --key, in PROGENY_KEY, or in a file (PROGENY_KEY_FILE, or ~/.config/progeny/key).",
        HttpStatusCode.Unauthorized => $" The key that was sent is that of {key.Origin}.",
        _ => "",
    };

    private static string Escape(object? part) => Uri.EscapeDataString(Convert.ToString(part, CultureInfo.InvariantCulture) ?? "");

    internal static string Shown(Uri address) => address.AbsoluteUri.TrimEnd('/');
}
