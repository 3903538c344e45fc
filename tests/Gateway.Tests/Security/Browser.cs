using System.Net;
using System.Text.RegularExpressions;

namespace Progeny.Gateway.Tests.Security;

/// <summary>What a browser does with a node: it keeps cookies, asks for pages, sends forms and follows redirects, one at a time.</summary>
internal sealed partial class Browser : IDisposable
{
    private readonly HttpClient _http;
    private readonly Uri _home;

    public Browser(Uri home)
    {
        _home = home;
        _http = new HttpClient(new SocketsHttpHandler { CookieContainer = Cookies, AllowAutoRedirect = false });
    }

    public CookieContainer Cookies { get; } = new();

    /// <summary>The cookie of the session; null: there is none.</summary>
    public Cookie? Session => Cookies.GetAllCookies().FirstOrDefault(cookie => cookie is { Name: "progeny-session", Expired: false });

    public async Task<Answer> GetAsync(string address, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(_home, address));
        return await SendAsync(request, headers);
    }

    /// <summary>Opens an address and goes where it leads.</summary>
    public async Task<Answer> FollowAsync(string address)
    {
        var answer = await GetAsync(address);
        for (var steps = 0; answer.Location is { } next && steps < 10; steps++)
            answer = await GetAsync(new Uri(answer.Address, next).AbsoluteUri);
        return answer;
    }

    /// <summary>Sends a form as its page has it.</summary>
    /// <param name="page">The page with the form; null: the form is somebody else's, and has no token.</param>
    public async Task<Answer> PostAsync(
        Answer? page, string address, (string Name, string Value)[] fields, params (string Name, string Value)[] headers)
    {
        var token = page is null ? null : TokenOf(page);
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(_home, address));
        request.Content = new FormUrlEncodedContent(
            fields.Concat(token is null ? [] : [("csrf", token)]).Select(field => KeyValuePair.Create(field.Item1, field.Item2)));
        return await SendAsync(
            request,
            headers.Any(header => header.Name == "Origin") ? headers : [("Origin", _home.GetLeftPart(UriPartial.Authority)), .. headers]);
    }

    public async Task<Answer> SignInAsync(string key, string? target = null)
    {
        var page = await GetAsync("/sign-in" + (target is null ? "" : $"?return={Uri.EscapeDataString(target)}"));
        return await PostAsync(page, "/sign-in", [("key", key), ("return", target ?? "/")]);
    }

    public static string? TokenOf(Answer page) =>
        Token().Match(page.Body) is { Success: true } found ? WebUtility.HtmlDecode(found.Groups["token"].Value) : null;

    public void Dispose() => _http.Dispose();

    private async Task<Answer> SendAsync(HttpRequestMessage request, (string Name, string Value)[] headers)
    {
        if (!headers.Any(header => header.Name == "Accept"))
            request.Headers.Add("Accept", "text/html,application/xhtml+xml");
        foreach (var (name, value) in headers)
            request.Headers.Add(name, value);
        using var response = await _http.SendAsync(request);
        response.Headers.TryGetValues("Set-Cookie", out var cookies);
        return new Answer(
            request.RequestUri!,
            response.StatusCode,
            response.Headers.Location,
            await response.Content.ReadAsStringAsync(),
            [.. cookies ?? []]);
    }

    [GeneratedRegex("name=\"csrf\" value=\"(?<token>[^\"]+)\"", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex Token();

    /// <summary>What came back.</summary>
    internal sealed record Answer(Uri Address, HttpStatusCode Status, Uri? Location, string Body, string[] SetCookies);
}
