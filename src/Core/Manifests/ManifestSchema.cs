using System.Text.Encodings.Web;
using System.Text.Json;
using Progeny.Core.Manifests.Shapes;

namespace Progeny.Core.Manifests;

/// <summary>The JSON schema (draft 2020-12) of <c>progeny.yaml</c> for editors, from the same description that the parser uses.</summary>
/// <remarks>What depends on several keys (the task and the number of classes, say) is the parser's alone.</remarks>
public static class ManifestSchema
{
    private static readonly JsonSerializerOptions Options = new()
    {
        WriteIndented = true,
        NewLine = "\n",
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>The contents of docs/progeny.schema.json, with a newline at the end.</summary>
    public static string ToJson()
    {
        var schema = ManifestShape.Root.ToSchema();
        schema.Insert(0, "$schema", "https://json-schema.org/draft/2020-12/schema");
        schema.Insert(1, "title", "Progeny project manifest (progeny.yaml)");
        return schema.ToJsonString(Options) + "\n";
    }
}
