using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Progeny.Gateway.Tests.Tracking;

/// <summary>
/// Compares answers with recorded ones: the same members, and the same values but for times, sizes, and ids, which are learned.
/// </summary>
internal sealed partial class WireShape
{
    private static readonly string[] _varying =
    [
        "creation_time", "last_update_time", "creation_timestamp", "last_updated_timestamp", "creation_timestamp_ms", "last_updated_timestamp_ms",
        "file_size", "message",
    ];

    private readonly Dictionary<string, string> _ids = new(StringComparer.Ordinal);

    /// <summary>A recorded text with the ids of this run in the place of the recorded ones.</summary>
    public string Translate(string text) => Id().Replace(text, match => _ids.GetValueOrDefault(match.Value, match.Value));

    /// <summary>How an answer differs from a recorded one; empty: it does not.</summary>
    public IEnumerable<string> Compare(JsonNode? recorded, JsonNode? answer, string path = "")
    {
        switch (recorded, answer)
        {
            case (JsonObject one, JsonObject other):
                foreach (var name in one.Select(pair => pair.Key).Union(other.Select(pair => pair.Key)).ToList())
                {
                    var difference = one.ContainsKey(name) != other.ContainsKey(name)
                        ? [$"{path}.{name} is {(one.ContainsKey(name) ? "missing" : "too much")}"]
                        : Compare(one[name], other[name], $"{path}.{name}");
                    foreach (var each in difference)
                        yield return each;
                }

                break;
            case (JsonArray one, JsonArray other):
                if (one.Count != other.Count)
                    yield return $"{path} has {other.Count} items, not {one.Count}";
                foreach (var each in Sorted(one).Zip(Sorted(other)).SelectMany((pair, i) => Compare(pair.First, pair.Second, $"{path}[{i}]")))
                    yield return each;
                break;
            default:
                if (CompareValue(recorded, answer, path) is { } wrong)
                    yield return wrong;
                break;
        }
    }

    /// <summary>Learns the ids of an answer whose record is cut.</summary>
    public void Learn(string recorded, string answer)
    {
        var own = Member().Matches(answer).ToLookup(match => match.Groups["name"].Value, match => match.Groups["id"].Value);
        foreach (var each in Member().Matches(recorded).GroupBy(match => match.Groups["name"].Value, StringComparer.Ordinal))
        {
            if (own[each.Key].FirstOrDefault() is { } id)
                _ids.TryAdd(each.First().Groups["id"].Value, id);
        }
    }

    private string? CompareValue(JsonNode? recorded, JsonNode? answer, string path)
    {
        if (recorded?.GetValueKind() != answer?.GetValueKind())
            return $"{path} is {answer?.ToJsonString()}, not {recorded?.ToJsonString()}";
        if (Array.Exists(_varying, name => path.EndsWith($".{name}", StringComparison.Ordinal)))
            return null;
        if (recorded?.GetValueKind() == JsonValueKind.Number)
            return (double)recorded == (double)answer! ? null : $"{path} is {answer!.ToJsonString()}, not {recorded.ToJsonString()}";
        if (recorded?.GetValueKind() != JsonValueKind.String)
            return null;
        var (before, after) = ((string)recorded!, (string)answer!);
        if (IsId(before) && IsId(after))
            _ids.TryAdd(before, after);
        return Translate(before) == after ? null : $"{path} is '{after}', not '{before}'";
    }

    private static bool IsId(string text) => Id().Match(text) is { Success: true } id && id.Length == text.Length;

    private static IEnumerable<JsonNode?> Sorted(JsonArray list) =>
        list.All(item => item is JsonObject named && named.ContainsKey("key") && !named.ContainsKey("step"))
            ? list.OrderBy(item => (string)item!["key"]!, StringComparer.Ordinal)
            : list;

    [GeneratedRegex("\"(?<name>model_id|run_id|run_name)\": ?\"(?<id>[^\"]+)\"", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex Member();

    /// <summary>An id of a run or a logged model, or a random name of a run.</summary>
    [GeneratedRegex(@"(?:m-)?[0-9a-f]{32}|[a-z]+-[a-z]+-[0-9]+", RegexOptions.NonBacktracking)]
    private static partial Regex Id();
}
