using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Progeny.Core.Security;
using Progeny.Core.Tracking;
using Progeny.Silo.Security;

namespace Progeny.Gateway.Tracking;

/// <summary>A request of MLflow's API: its values, from the query or the JSON of the body, and what answers it.</summary>
internal sealed class TrackingCall(HttpContext context, JsonElement body)
{
    public HttpContext Context => context;

    public Caller Caller => context.GetCaller();

    public CancellationToken Aborted => context.RequestAborted;

    public TrackingAccess Access => Service<TrackingAccess>();

    /// <summary>Reads the body of a request that has one.</summary>
    /// <exception cref="TrackingException">The body is no object of JSON.</exception>
    public static async Task<TrackingCall> ReadAsync(HttpContext context)
    {
        if (HttpMethods.IsGet(context.Request.Method) || HttpMethods.IsHead(context.Request.Method) || context.Request.ContentLength is 0)
            return new TrackingCall(context, default);
        using var buffer = new MemoryStream((int)Math.Min(context.Request.ContentLength ?? 0, Common.Requests.MaxBytes));
        await context.Request.Body.CopyToAsync(buffer, context.RequestAborted);
        if (buffer.Length == 0)
            return new TrackingCall(context, default);
        try
        {
            var body = JsonElement.Parse(buffer.GetBuffer().AsSpan(0, (int)buffer.Length));
            return body.ValueKind == JsonValueKind.Object
                ? new TrackingCall(context, body)
                : throw NoObject("it is no object");
        }
        catch (JsonException exception)
        {
            throw NoObject(exception.Message);
        }
    }

    public T Service<T>()
        where T : notnull => context.RequestServices.GetRequiredService<T>();

    /// <summary>A part of the path.</summary>
    public string Route(string name) => (string)context.Request.RouteValues[name]!;

    /// <summary>A text; null: it is not there, or empty where <paramref name="isEmptyNull"/>.</summary>
    public string? Text(string name, bool isEmptyNull = false)
    {
        var text = Member(name) is { } member
            ? member.ValueKind switch
            {
                JsonValueKind.String => member.GetString(),
                JsonValueKind.Number => member.GetRawText(),
                _ => throw Wrong(name, member, "a text"),
            }
            : Query(name);
        return isEmptyNull && string.IsNullOrEmpty(text) ? null : text;
    }

    /// <summary>A text that must be there.</summary>
    public string Required(string name) => TrackingChecks.Required(Text(name), name);

    /// <summary>The id of the run, by its new or its old name.</summary>
    public string RunId() => TrackingChecks.RunId(Text("run_id", true) ?? Text("run_uuid", true));

    public long? Number(string name) => Text(name, true) is not { } text ? null
        : long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number
        : throw TrackingException.Invalid($"Invalid value '{text}' for parameter '{name}' supplied: it must be a whole number.");

    public bool? Flag(string name) => Member(name) is { } member
        ? member.ValueKind switch
        {
            JsonValueKind.True => true,
            JsonValueKind.False => false,
            _ => throw Wrong(name, member, "true or false"),
        }
        : Query(name) is { } text ? text.Equals("true", StringComparison.OrdinalIgnoreCase) : null;

    /// <summary>A list of texts; of a query each value of the name.</summary>
    public IReadOnlyList<string> Texts(string name)
    {
        if (Member(name) is not { } member)
            return [.. context.Request.Query[name].OfType<string>()];
        if (member.ValueKind != JsonValueKind.Array)
            throw Wrong(name, member, "a list");
        return [.. member.EnumerateArray().Select(item => item.ValueKind switch
        {
            JsonValueKind.String => item.GetString()!,
            JsonValueKind.Number => item.GetRawText(),
            _ => throw Wrong(name, item, "a text"),
        })];
    }

    /// <summary>A list or an object of a type; null: it is not there.</summary>
    public T? Read<T>(string name, JsonTypeInfo<T> type)
        where T : class
    {
        if (Member(name) is not { } member)
            return null;
        try
        {
            return member.Deserialize(type);
        }
        catch (JsonException exception)
        {
            throw Wrong(name, member, $"as the API describes ({exception.Message})");
        }
    }

    /// <summary>Tags or parameters, whose names and lengths are checked.</summary>
    public IReadOnlyList<TrackingTag> Tags(string name, int maxValue, bool isCut = true) =>
        CheckTags(Read(name, TrackingJson.Default.ListTrackingTag), name, maxValue, isCut);

    /// <summary>Checks tags or parameters as clients send them.</summary>
    public static IReadOnlyList<TrackingTag> CheckTags(IReadOnlyList<TrackingTag?>? tags, string name, int maxValue, bool isCut = true)
    {
        if (tags is null or { Count: 0 })
            return [];
        var checkedTags = new List<TrackingTag>(tags.Count);
        foreach (var tag in tags)
        {
            var key = TrackingChecks.Name(tag?.Key, $"{name}.key");
            checkedTags.Add(new(
                key,
                isCut ? TrackingChecks.Cut(tag!.Value, maxValue) : TrackingChecks.Length(tag!.Value ?? "", $"{name}.value", maxValue)!));
        }

        return checkedTags;
    }

    private JsonElement? Member(string name) =>
        body.ValueKind == JsonValueKind.Object && body.TryGetProperty(name, out var member) && member.ValueKind != JsonValueKind.Null
            ? member
            : null;

    private string? Query(string name) => context.Request.Query.TryGetValue(name, out var values) ? values[0] : null;

    private static TrackingException NoObject(string why) => new(
        TrackingError.BadRequest, $"The body must be an object of JSON: {why}");

    private static TrackingException Wrong(string name, JsonElement value, string right)
    {
        const int MaxShown = 100;
        var raw = value.GetRawText();
        return TrackingException.Invalid(
            $"Invalid value {(raw.Length > MaxShown ? $"{raw[..MaxShown]}…" : raw)} for parameter '{name}' supplied: it must be {right}.");
    }
}
