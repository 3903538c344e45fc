using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http.Metadata;

namespace Progeny.Gateway.Common;

/// <summary>
/// What is wrong with a request whose body or parameters could not be read, in the words of the API. It is found from the path in the
/// exception, the types of the body and the parameters of the endpoint; the texts of the framework are not read.
/// </summary>
internal static partial class UnboundRequest
{
    private const int TimeLimit = 1_000; // ms

    /// <param name="exception">What was thrown while the request was read.</param>
    /// <param name="request">The request.</param>
    /// <param name="endpoint">Where the request went.</param>
    /// <param name="options">How bodies are read.</param>
    public static string Describe(BadHttpRequestException exception, HttpRequest request, Endpoint? endpoint, JsonSerializerOptions options)
    {
        var body = endpoint?.Metadata.GetMetadata<IAcceptsMetadata>()?.RequestType is { } type ? options.GetTypeInfo(type) : null;
        if (exception.InnerException is JsonException json)
            return json.InnerException is JsonException syntax
                ? $"The body is not valid JSON: {Bare(syntax)}{Place(json)}"
                : DescribeMember(json, body);
        // Exceptions about the bytes of a body are of a type of the server's own, or tell what a body is that cannot be inflated.
        var isAboutBytes = exception.GetType() != typeof(BadHttpRequestException) || request.Body is CompressedBody { Problem: not null };
        if (isAboutBytes || exception.StatusCode != StatusCodes.Status400BadRequest)
            return exception.Message;
        var parameters = endpoint?.Metadata.GetOrderedMetadata<IParameterBindingMetadata>() ?? [];
        return parameters.Select(parameter => DescribeParameter(parameter, request)).FirstOrDefault(wrong => wrong is not null)
            ?? (body is null ? exception.Message : $"The request needs a body: an object with {Members(body)}.");
    }

    /// <summary>What is wrong with a whole number in the address; null: nothing, or the parameter is none.</summary>
    private static string? DescribeParameter(IParameterBindingMetadata parameter, HttpRequest request)
    {
        var text = request.RouteValues[parameter.Name]?.ToString() ?? request.Query[parameter.Name].ToString();
        var type = Nullable.GetUnderlyingType(parameter.ParameterInfo.ParameterType) ?? parameter.ParameterInfo.ParameterType;
        var fits = type == typeof(int) ? int.TryParse(text, NumberStyles.Integer, CultureInfo.InvariantCulture, out _)
            : type != typeof(long) || long.TryParse(text, NumberStyles.Integer, CultureInfo.InvariantCulture, out _);
        return fits || text.Length == 0 ? null : $"'{parameter.Name}' is '{text}'; a whole number would be right.";
    }

    private static string DescribeMember(JsonException json, JsonTypeInfo? body)
    {
        List<string> steps = [.. Step().Matches(json.Path ?? "").Select(match => match.Value)];
        if (steps.Count > 0 && Follow(body, steps.SkipLast(1)) is { Kind: JsonTypeInfoKind.Object } parent
            && Member(parent, steps[^1]) is null)
            return $"'{Name(steps[^1])}' is no member of {(steps.Count == 1 ? "the body" : Quoted(steps.SkipLast(1)))}; they are "
                + $"{Members(parent)}.";
        return $"{(steps.Count == 0 ? "The body" : Quoted(steps))} does not fit; {Expected(Follow(body, steps))} would be "
            + $"right{Place(json)}";
    }

    /// <summary>The type of what stands at the end of a path such as <c>$.arms[0].weight</c>.</summary>
    private static JsonTypeInfo? Follow(JsonTypeInfo? at, IEnumerable<string> steps)
    {
        foreach (var step in steps)
        {
            var next = at?.Kind is JsonTypeInfoKind.Enumerable or JsonTypeInfoKind.Dictionary ? at.ElementType
                : at is null ? null
                : Member(at, step)?.PropertyType;
            if (next is null)
                return null;
            at = at!.Options.GetTypeInfo(next);
        }

        return at;
    }

    private static JsonPropertyInfo? Member(JsonTypeInfo type, string step)
    {
        var name = Name(step);
        return type.Properties.FirstOrDefault(property => property.Name == name);
    }

    /// <summary>The name in a step: <c>.weight</c>, or where it has signs with a meaning in paths, <c>['the weight']</c>.</summary>
    private static string Name(string step) => step[0] == '.' ? step[1..] : step.TrimStart('[').TrimEnd(']').Trim('\'');

    private static string Quoted(IEnumerable<string> steps) => $"'{string.Concat(steps).TrimStart('.')}'";

    private static string Expected(JsonTypeInfo? at)
    {
        if (at is null)
            return "what GET /openapi/v1.json says";
        var type = Nullable.GetUnderlyingType(at.Type) ?? at.Type;
        if (type.IsEnum)
            return "one of "
                + string.Join(", ", Enum.GetValues(type).Cast<object>().Select(value => JsonSerializer.Serialize(value, type, at.Options)));
        return at.Kind switch
        {
            JsonTypeInfoKind.Object or JsonTypeInfoKind.Dictionary => "an object {…}",
            JsonTypeInfoKind.Enumerable => "a list […]",
            _ when type == typeof(string) => "a text",
            _ when type == typeof(bool) => "true or false",
            _ when type == typeof(int) || type == typeof(long) => "a whole number",
            _ when type == typeof(double) => "a number",
            _ when type == typeof(DateTimeOffset) => "a time such as \"2026-11-22T12:00:00Z\"",
            _ => "what GET /openapi/v1.json says",
        };
    }

    private static string Members(JsonTypeInfo type) => string.Join(", ", type.Properties.Select(property => property.Name));

    private static string Place(JsonException json) =>
        json.LineNumber is { } line ? $" (line {line + 1}, byte {json.BytePositionInLine + 1})." : ".";

    /// <summary>The reader's message without the place behind it, which the API gives in its own way.</summary>
    private static string Bare(JsonException syntax)
    {
        var place = string.Create(
            CultureInfo.InvariantCulture, $" LineNumber: {syntax.LineNumber} | BytePositionInLine: {syntax.BytePositionInLine}.");
        return (syntax.Message.EndsWith(place, StringComparison.Ordinal) ? syntax.Message[..^place.Length] : syntax.Message).TrimEnd('.');
    }

    [GeneratedRegex(@"\.[^.\[]+|\[\d+\]|\['[^']*'\]", RegexOptions.None, TimeLimit)]
    private static partial Regex Step();
}
