using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Progeny.Core.Alerts;

/// <summary>How the receiver of a message knows that it is genuine and not an old one sent again (docs/gates.md).</summary>
public static class WebhookSignature
{
    /// <summary>
    /// The header: <c>t=</c> the time of the attempt in seconds since 1970, <c>,v1=</c> HMAC-SHA256 of <c>t.body</c> in hexadecimal digits.
    /// </summary>
    public const string Header = "Progeny-Signature";

    /// <summary>The header with the message's id, which stays the same however often it is delivered.</summary>
    public const string IdHeader = "Progeny-Delivery";

    /// <summary>The value of the header.</summary>
    public static string Of(string secret, string body, DateTimeOffset at)
    {
        var seconds = at.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        var hash = HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), Encoding.UTF8.GetBytes($"{seconds}.{body}"));
        return $"t={seconds},v1={Convert.ToHexStringLower(hash)}";
    }

    /// <summary>Whether a header is that of a body, and not older or newer than a receiver allows.</summary>
    public static bool Verify(string secret, string body, string header, DateTimeOffset now, TimeSpan allowed)
    {
        ArgumentNullException.ThrowIfNull(header);
        var parts = header.Split(',').Select(part => part.Split('=', 2)).Where(part => part.Length == 2)
            .ToLookup(part => part[0].Trim(), part => part[1]);
        if (!long.TryParse(parts["t"].FirstOrDefault(), NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
            || seconds > now.ToUnixTimeSeconds() + allowed.TotalSeconds
            || seconds < now.ToUnixTimeSeconds() - allowed.TotalSeconds)
        {
            return false;
        }

        var expected = Encoding.ASCII.GetBytes(Of(secret, body, DateTimeOffset.FromUnixTimeSeconds(seconds)));
        return parts["v1"]
            .Any(given => CryptographicOperations.FixedTimeEquals(expected, Encoding.ASCII.GetBytes($"t={parts["t"].First()},v1={given}")));
    }
}
