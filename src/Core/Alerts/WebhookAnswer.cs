using System.Globalization;
using System.Text.Json;

namespace Progeny.Core.Alerts;

/// <summary>What a webhook says of a step that it is asked about.</summary>
/// <param name="Allow">Whether it allows the step; null: it did not answer, or not in a way that can be understood.</param>
/// <param name="Message">What it said, or what is wrong with its answer.</param>
public sealed record WebhookAnswer(bool? Allow, string Message)
{
    /// <summary>The most bytes of an answer that are read.</summary>
    public const int MaxBytes = 64 * 1024;

    private const int MaxReason = 500;

    /// <summary>
    /// Reads an answer: 200 to 299 allows, unless the body is an object with <c>"allow": false</c>; 400 to 499 refuses. The body may give a
    /// <c>reason</c>.
    /// </summary>
    /// <param name="body">The body; longer than <see cref="MaxBytes"/>: it was cut off.</param>
    public static WebhookAnswer Read(int status, ReadOnlyMemory<byte> body)
    {
        var said = string.Create(CultureInfo.InvariantCulture, $"it answered {status}");
        if (status is not ((>= 200 and <= 299) or (>= 400 and <= 499)))
            return new WebhookAnswer(null, $"{said}; 200 to 299 (it allows) or 400 to 499 (it refuses) would be right");
        var isRefused = status >= 400;
        if (body.Length > MaxBytes)
            return isRefused
                ? new(false, said)
                : new(null, $"{said} with more than {MaxBytes} bytes; an object with 'allow' and 'reason' would be right");
        if (body.Span.Trim(" \t\r\n"u8).IsEmpty)
            return new WebhookAnswer(!isRefused, said);
        var (problem, allow, reason) = ReadBody(body);
        var text = reason is null ? said : $"{said}: {reason}";
        if (isRefused)
            return new WebhookAnswer(false, text);
        return problem is null ? new WebhookAnswer(allow, text) : new WebhookAnswer(null, $"{said}; {problem}");
    }

    private static (string? Problem, bool Allow, string? Reason) ReadBody(ReadOnlyMemory<byte> body)
    {
        const string Right = "an empty body, or an object with 'allow' (true or false) and 'reason' (a text), would be right";
        try
        {
            using var document = JsonDocument.Parse(body);
            var root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object)
                return ($"its body is no object; {Right}", false, null);
            var reason = root.TryGetProperty("reason", out var why) && why.ValueKind == JsonValueKind.String
                ? Shown(why.GetString()!)
                : null;
            if (!root.TryGetProperty("allow", out var allow))
                return (null, true, reason);
            return allow.ValueKind is JsonValueKind.True or JsonValueKind.False
                ? (null, allow.GetBoolean(), reason)
                : ($"its 'allow' is neither true nor false; {Right}", false, reason);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return ($"its body is no JSON; {Right}", false, null);
        }
    }

    private static string Shown(string text)
    {
        var line = string.Concat(text.Select(letter => char.IsControl(letter) ? ' ' : letter)).Trim();
        return line.Length > MaxReason ? $"{line[..MaxReason]}…" : line;
    }
}
