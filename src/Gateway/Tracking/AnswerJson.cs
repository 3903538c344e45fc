using System.Collections;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Progeny.Gateway.Tracking;

/// <summary>How answers are written: as <see cref="TrackingJson"/> says, and nothing for a list that is empty.</summary>
internal static class AnswerJson
{
    private static readonly JsonSerializerOptions _options = new(TrackingJson.Default.Options)
    {
        TypeInfoResolver = TrackingJson.Default.WithAddedModifier(LeaveOutEmptyLists),
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>The contract of an answer.</summary>
    public static JsonTypeInfo Of(object answer) => _options.GetTypeInfo(answer.GetType());

    private static void LeaveOutEmptyLists(JsonTypeInfo type)
    {
        foreach (var property in type.Properties)
        {
            if (property.PropertyType != typeof(string) && property.PropertyType.IsAssignableTo(typeof(IEnumerable)))
                property.ShouldSerialize = static (_, value) => value is IEnumerable list && list.GetEnumerator().MoveNext();
        }
    }
}
