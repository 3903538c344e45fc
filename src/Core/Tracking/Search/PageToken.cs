using System.Globalization;
using System.Text;

namespace Progeny.Core.Tracking.Search;

/// <summary>The token of a page: how many results come before it, in base64.</summary>
public static class PageToken
{
    private const string Prefix = "offset:";

    /// <summary>Writes a token.</summary>
    public static string Write(long offset) =>
        Convert.ToBase64String(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{Prefix}{offset}")));

    /// <summary>Reads a token; none is the first page.</summary>
    /// <exception cref="TrackingException">It is no token of this server.</exception>
    public static long Read(string? token)
    {
        if (string.IsNullOrEmpty(token))
            return 0;
        var bytes = new byte[token.Length];
        return Convert.TryFromBase64String(token, bytes, out var length)
            && Encoding.ASCII.GetString(bytes, 0, length) is var text && text.StartsWith(Prefix, StringComparison.Ordinal)
            && long.TryParse(text.AsSpan(Prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var offset)
            ? offset
            : throw TrackingException.Invalid("Invalid page token: it must be the 'next_page_token' of an answer to the same search.");
    }

    /// <summary>Makes a page of one result more than it may have.</summary>
    public static TrackingPage<T> ToPage<T>(SearchRequest request, IReadOnlyList<T> found) => found.Count > request.MaxResults
        ? new([.. found.Take(request.MaxResults)], Write(request.Offset + request.MaxResults))
        : new(found, null);
}
