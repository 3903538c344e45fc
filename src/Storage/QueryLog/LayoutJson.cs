using System.Text.Json;
using System.Text.Json.Serialization;

namespace Progeny.Storage.QueryLog;

/// <summary>How layouts are written down. This is stored: it must not change.</summary>
internal static class LayoutJson
{
    public static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower) },
    };
}
