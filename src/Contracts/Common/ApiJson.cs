using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Progeny.Contracts.Common;

/// <summary>The JSON of the HTTP API, for server and clients: names, enum values, figures and generation references.</summary>
public static class ApiJson
{
    /// <summary>For readers of responses, which skip members that they do not know.</summary>
    public static JsonSerializerOptions Options { get; } = Create();

    /// <summary>Makes options read and write the JSON of the API.</summary>
    public static void Configure(JsonSerializerOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower;
        options.DictionaryKeyPolicy = null;
        options.DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull;
        options.NumberHandling = JsonNumberHandling.Strict;
        options.Converters.Add(new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower, allowIntegerValues: false));
        options.Converters.Add(new GenerationReferenceConverter());
        options.Converters.Add(new FigureConverter());
    }

    /// <summary>A value of an enum as the API writes it: <c>rolled_back</c>.</summary>
    public static string NameOf<T>(T value)
        where T : struct, Enum => JsonNamingPolicy.SnakeCaseLower.ConvertName(value.ToString());

    private static JsonSerializerOptions Create()
    {
        var options = new JsonSerializerOptions
        {
            TypeInfoResolver = new DefaultJsonTypeInfoResolver { Modifiers = { AllowMissingNulls } },
        };
        Configure(options);
        options.MakeReadOnly();
        return options;
    }

    /// <summary>Members that are null are left out of responses, those that a record requires as well.</summary>
    private static void AllowMissingNulls(JsonTypeInfo type)
    {
        foreach (var property in type.Properties)
            property.IsRequired &= !property.IsSetNullable;
    }
}
