using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;

namespace Progeny.Gateway.Tests.Serving;

/// <summary>Requests and answers in the binary data extension, taken apart without the code under test.</summary>
internal static class BinaryRequest
{
    public const string Header = "Inference-Header-Content-Length";

    /// <param name="header">The header's value; null: none is sent.</param>
    public static async Task<(int Status, JsonNode Json, byte[] Binary)> SendAsync(
        HttpClient http, string path, byte[] body, string? header)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue(header is null ? "application/json" : "application/octet-stream");
        if (header is not null)
            request.Headers.TryAddWithoutValidation(Header, header).ShouldBeTrue();
        using var response = await http.SendAsync(request);
        var answer = await response.Content.ReadAsByteArrayAsync();
        var length = response.Headers.TryGetValues(Header, out var values)
            ? int.Parse(values.Single(), CultureInfo.InvariantCulture)
            : answer.Length;
        return ((int)response.StatusCode, JsonNode.Parse(answer.AsSpan(0, length))!, answer[length..]);
    }

    public static Task<(int Status, JsonNode Json, byte[] Binary)> SendAsync(
        HttpClient http, string path, string json, params byte[][] binary)
    {
        var header = Encoding.UTF8.GetBytes(json);
        return SendAsync(http, path, [.. header, .. binary.SelectMany(part => part)], header.Length.ToString(CultureInfo.InvariantCulture));
    }

    public static string Input(string name, string type, string shape, int size) =>
        $"{{\"name\":\"{name}\",\"datatype\":\"{type}\",\"shape\":[{shape}],\"parameters\":{{\"binary_data_size\":{size.ToString(CultureInfo.InvariantCulture)}}}}}";
}
