using System.Reflection;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Serialization;
using Progeny.Grains.Common;

namespace Progeny.Architecture.Tests.Formats;

/// <summary>
/// Messages and states that earlier builds wrote are read as what they were: silos of two builds talk to each other, and share one
/// database.
/// </summary>
public sealed class FormatTests : IDisposable
{
    private static readonly StoredFormats Messages = new("messages.json");
    private static readonly StoredFormats States = new("states.json");
    private static readonly ProgenyGrainStorageSerializer Json = new();

    private readonly ServiceProvider services = new ServiceCollection().AddSerializer().BuildServiceProvider();

    public static TheoryData<Type> MessageTypes() => MessageTests.Messages();

    public static TheoryData<Type> StateTypes() => MessageTests.States();

    public void Dispose() => services.Dispose();

    [Theory]
    [MemberData(nameof(MessageTypes))]
    public void Message_of_an_earlier_build_is_read(Type type)
    {
        var serializer = services.GetRequiredService<Serializer>();
        var alias = type.GetCustomAttribute<AliasAttribute>()!.Alias;
        var stored = Messages.Get(alias, () =>
        {
            var sample = Samples.Of(type);
            return new JsonObject { ["bytes"] = Convert.ToBase64String(serializer.SerializeToArray(sample)), ["value"] = ToJson(sample) };
        });
        var read = serializer.Deserialize<object>(Convert.FromBase64String((string)stored["bytes"]!));
        read.ShouldBeOfType(type);
        StoredFormats.ShouldHold(ToJson(read), stored["value"], alias);
    }

    [Theory]
    [MemberData(nameof(StateTypes))]
    public void State_of_an_earlier_build_is_read(Type type)
    {
        var stored = States.Get(type.Name, () => ToJson(Samples.Of(type)));
        var read = typeof(FormatTests).GetMethod(nameof(Read), BindingFlags.Static | BindingFlags.NonPublic)!.MakeGenericMethod(type)
            .Invoke(null, [stored])!;
        StoredFormats.ShouldHold(ToJson(read), stored, type.Name);
    }

    private static object? Read<T>(JsonNode stored) => Json.Deserialize<T>(BinaryData.FromString(stored.ToJsonString()));

    private static JsonNode ToJson(object value) => JsonNode.Parse(Json.Serialize(value).ToString())!;
}
