using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http.Metadata;

namespace Progeny.Gateway.Common;

/// <summary>What is wrong with a request whose body or parameters could not be read, in the words of the API.</summary>
internal static partial class UnboundRequest
{
    private const int TimeLimit = 1_000; // ms

    /// <param name="exception">What was thrown while the request was read.</param>
    /// <param name="endpoint">Where the request went.</param>
    /// <param name="options">How bodies are read.</param>
    public static string Describe(BadHttpRequestException exception, Endpoint? endpoint, JsonSerializerOptions options)
    {
        var body = endpoint?.Metadata.GetMetadata<IAcceptsMetadata>()?.RequestType;
        if (exception.InnerException is JsonException json)
            return json.InnerException is JsonException syntax ? $"The body is not valid JSON: {Bare(syntax.Message)}{Place(json)}" : DescribeMember(json, body, options);
        if (body is not null && exception.Message.StartsWith("Implicit body", StringComparison.Ordinal))
            return $"The request needs a body: an object with {Members(options.GetTypeInfo(body))}.";
        return Parameter().Match(exception.Message) is { Success: true } parameter
            ? $"'{parameter.Groups["name"]}' is '{parameter.Groups["value"]}'; {ExpectedParameter(parameter.Groups["type"].Value)} would be right."
            : exception.Message;
    }

    private static string DescribeMember(JsonException json, Type? body, JsonSerializerOptions options)
    {
        var root = body is null ? null : options.GetTypeInfo(body);
        if (Missing().Match(json.Message) is { Success: true } missing)
        {
            var names = missing.Groups["name"].Captures.Select(name => name.Value).ToList();
            var wanted = names.Select(name => $"'{name}' ({Expected(root?.Properties.FirstOrDefault(property => property.Name == name)?.PropertyType, options)})");
            return $"The body lacks {string.Join(", ", wanted)}.";
        }

        if (Unmapped().Match(json.Message) is { Success: true } unmapped)
            return $"'{unmapped.Groups["name"]}' is no member of the body{(root is null ? "" : $"; they are {Members(root)}")}.";
        var path = json.Path is null or "$" ? "The body" : $"'{json.Path.TrimStart('$', '.')}'";
        return $"{path} does not fit; {Expected(Follow(root, json.Path), options)} would be right{Place(json)}";
    }

    /// <summary>The type of what stands at a path such as <c>$.arms[0].weight</c>.</summary>
    private static Type? Follow(JsonTypeInfo? at, string? path)
    {
        foreach (var step in Step().Matches(path ?? "").Select(match => match.Value))
        {
            var next = step[0] == '['
                ? at?.ElementType
                : at?.Kind == JsonTypeInfoKind.Dictionary ? at.ElementType : at?.Properties.FirstOrDefault(property => property.Name == step[1..])?.PropertyType;
            if (next is null)
                return null;
            at = at!.Options.GetTypeInfo(next);
        }

        return at?.Type;
    }

    private static string Expected(Type? type, JsonSerializerOptions options)
    {
        if (type is null)
            return "what GET /openapi/v1.json says";
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (type.IsEnum)
            return "one of " + string.Join(", ", Enum.GetValues(type).Cast<object>().Select(value => JsonSerializer.Serialize(value, type, options)));
        return options.GetTypeInfo(type).Kind switch
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

    private static string ExpectedParameter(string type) => type switch
    {
        _ when type.Contains("int", StringComparison.Ordinal) || type.Contains("long", StringComparison.Ordinal) => "a whole number",
        _ when type.Contains("bool", StringComparison.Ordinal) => "true or false",
        _ when type.Contains("double", StringComparison.Ordinal) => "a number",
        _ => "what GET /openapi/v1.json says",
    };

    private static string Members(JsonTypeInfo type) => string.Join(", ", type.Properties.Select(property => property.Name));

    private static string Place(JsonException json) => json.LineNumber is { } line ? $" (line {line + 1}, byte {json.BytePositionInLine + 1})." : ".";

    private static string Bare(string message)
    {
        var place = message.IndexOf(" LineNumber:", StringComparison.Ordinal);
        return (place < 0 ? message : message[..place]).TrimEnd('.');
    }

    [GeneratedRegex("""^Failed to bind parameter "(?<type>.+) (?<name>\S+)" from "(?<value>.*)"\.$""", RegexOptions.None, TimeLimit)]
    private static partial Regex Parameter();

    [GeneratedRegex(@"was missing required properties including: ('(?<name>[^']+)'[,;.\s]*)+", RegexOptions.ExplicitCapture, TimeLimit)]
    private static partial Regex Missing();

    [GeneratedRegex("'(?<name>[^']*)' could not be mapped", RegexOptions.None, TimeLimit)]
    private static partial Regex Unmapped();

    [GeneratedRegex(@"\.[^.\[]+|\[\d+\]", RegexOptions.None, TimeLimit)]
    private static partial Regex Step();
}
