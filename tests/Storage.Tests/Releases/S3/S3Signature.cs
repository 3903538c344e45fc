using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Progeny.Storage.Tests.Releases.S3;

/// <summary>The signature of a request in version 4, checked against the secret, and the key for those of its chunks.</summary>
/// <remarks>https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html and sigv4-streaming-trailers.html.</remarks>
internal sealed class S3Signature
{
    private const string Algorithm = "AWS4-HMAC-SHA256";
    private const string DateFormat = "yyyyMMdd'T'HHmmss'Z'";
    private static readonly TimeSpan MaxSkew = TimeSpan.FromMinutes(15);

    private readonly byte[] _key;
    private readonly string _date;
    private readonly string _scope;
    private string _last;

    /// <exception cref="S3Error">The request is not signed by this key.</exception>
    public S3Signature(HttpRequest request, string accessKey, string secretKey)
    {
        var header = request.Headers.Authorization.ToString();
        if (!header.StartsWith($"{Algorithm} ", StringComparison.Ordinal))
            throw new S3Error(403, "AccessDenied");
        var parts = header[(Algorithm.Length + 1)..].Split(',').Select(part => part.Trim().Split('=', 2))
            .ToDictionary(part => part[0], part => part[1]);
        var credential = parts["Credential"].Split('/');
        if (credential is not [var key, var day, var region, "s3", "aws4_request"])
            throw new S3Error(400, "AuthorizationHeaderMalformed");
        if (key != accessKey)
            throw new S3Error(403, "InvalidAccessKeyId");
        _date = request.Headers["x-amz-date"].ToString();
        if (!DateTimeOffset.TryParseExact(_date, DateFormat, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var date)
            || !_date.StartsWith(day, StringComparison.Ordinal))
        {
            throw new S3Error(403, "AccessDenied");
        }

        if ((DateTimeOffset.UtcNow - date).Duration() > MaxSkew)
            throw new S3Error(403, "RequestTimeTooSkewed");
        _scope = $"{day}/{region}/s3/aws4_request";
        _key = new[] { day, region, "s3", "aws4_request" }.Aggregate(Encoding.UTF8.GetBytes($"AWS4{secretKey}"), Mac);
        Payload = request.Headers["x-amz-content-sha256"].ToString();
        var signed = parts["SignedHeaders"].Split(';');
        if (!signed.Contains("host")
            || request.Headers.Keys.Any(
                name => name.StartsWith("x-amz-", StringComparison.OrdinalIgnoreCase) && !signed.Contains(name.ToLowerInvariant())))
            throw new S3Error(403, "AccessDenied");
        _last = Sign(Algorithm, Hash(Encoding.UTF8.GetBytes(Canonical(request, signed))));
        if (_last != parts["Signature"])
            throw new S3Error(403, "SignatureDoesNotMatch");
    }

    /// <summary>The hash of the contents, or how they are signed.</summary>
    public string Payload { get; }

    public static string Hash(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    /// <summary>Checks the next chunk, whose signature builds on that of the one before.</summary>
    /// <exception cref="S3Error">It is not what was signed.</exception>
    public void CheckChunk(ReadOnlySpan<byte> chunk, string signature) =>
        Check("AWS4-HMAC-SHA256-PAYLOAD", $"{Hash([])}\n{Hash(chunk)}", signature);

    /// <summary>Checks the trailing headers.</summary>
    /// <exception cref="S3Error">They are not what was signed.</exception>
    public void CheckTrailer(string trailer, string signature) =>
        Check("AWS4-HMAC-SHA256-TRAILER", Hash(Encoding.UTF8.GetBytes(trailer)), signature);

    private static string Canonical(HttpRequest request, string[] signed)
    {
        var target = request.HttpContext.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        var path = string.Join(
            '/', target.Split('?')[0].Split('/').Select(segment => Uri.EscapeDataString(Uri.UnescapeDataString(segment))));
        var query = string.Join('&', request.Query
            .SelectMany(pair => pair.Value.Select(value => $"{Uri.EscapeDataString(pair.Key)}={Uri.EscapeDataString(value ?? "")}"))
            .Order(StringComparer.Ordinal));
        var headers = string.Concat(signed.Select(name => $"{name}:{request.Headers[name].ToString().Trim()}\n"));
        return $"{request.Method}\n{path}\n{query}\n{headers}\n{string.Join(';', signed)}\n{request.Headers["x-amz-content-sha256"]}";
    }

    private static byte[] Mac(byte[] key, string text) => HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(text));

    private void Check(string kind, string what, string signature)
    {
        _last = Sign(kind, $"{_last}\n{what}");
        if (_last != signature)
            throw new S3Error(403, "SignatureDoesNotMatch");
    }

    private string Sign(string kind, string what) => Convert.ToHexStringLower(Mac(_key, $"{kind}\n{_date}\n{_scope}\n{what}"));
}
