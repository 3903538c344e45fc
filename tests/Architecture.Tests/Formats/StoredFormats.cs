using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Progeny.Architecture.Tests.Formats;

/// <summary>
/// What earlier builds have written, in a file of this project. It only grows: silos of two builds run side by side while a cluster is
/// upgraded.
/// </summary>
internal sealed class StoredFormats(string file)
{
    // Set, what is missing is written down.
    private const string Variable = "PROGENY_WRITE_FORMATS";

    private static readonly JsonSerializerOptions Indented = new()
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private readonly string path = Path.Combine(Repository.Root, "tests", "Architecture.Tests", "Formats", file);
    private JsonObject? all;

    /// <summary>What is stored of a type.</summary>
    /// <param name="make">Makes it, where it is to be written down.</param>
    public JsonNode Get(string type, Func<JsonNode> make)
    {
        all ??= JsonNode.Parse(File.ReadAllText(path))!.AsObject();
        if (all[type] is { } known)
            return known;
        if (Environment.GetEnvironmentVariable(Variable) is null)
            throw new ShouldAssertException(
                $"{file} has nothing of {type} yet. Run this test once with {Variable}=1, and commit the file.");
        var made = make();
        all[type] = made;
        File.WriteAllText(path, all.ToJsonString(Indented) + "\n");
        return made;
    }

    /// <summary>
    /// Holds what is read now to what was written: every member has its value still. Members that came later may be there besides.
    /// </summary>
    public static void ShouldHold(JsonNode? now, JsonNode? then, string place)
    {
        switch (then)
        {
            case JsonObject members:
                foreach (var (name, value) in members)
                    ShouldHold((now as JsonObject)?[name], value, $"{place}.{name}");
                break;
            case JsonArray items:
                (now as JsonArray)?.Count.ShouldBe(items.Count, place);
                for (var i = 0; i < items.Count; i++)
                    ShouldHold(now?[i], items[i], $"{place}[{i}]");
                break;
            default:
                now?.ToJsonString().ShouldBe(then?.ToJsonString(), place);
                (now is null).ShouldBe(then is null, place);
                break;
        }
    }
}
