using System.Collections.Immutable;

namespace Progeny.Engine.Tests.Grains;

[GenerateSerializer]
public sealed class Mutable
{
    [Id(0)]
    public List<int> Numbers { get; set; } = [];

    [Id(1)]
    public Mutable? Inner { get; set; }

    [field: NonSerialized]
    public int WithoutId { get; set; }
}

[GenerateSerializer, Immutable]
public sealed record Frozen([property: Id(0)] ImmutableArray<float> Values, [property: Id(1)] ReadOnlyMemory<float> Column);

[GenerateSerializer]
public record BaseMessage([property: Id(0)] string Name);

[GenerateSerializer]
public sealed record DerivedMessage(string Name, [property: Id(0)] Dictionary<string, int[]> Parts) : BaseMessage(Name);

public sealed class Unmarked
{
    public int Number { get; set; }
}

public interface IKeeper : IGrainWithStringKey
{
    Task Keep(Mutable value);

    Task<Mutable> Kept();

    Task Change(int number);

    Task<BaseMessage> Echo(BaseMessage message);

    Task<int[]> EchoArray(int[] numbers);

    Task<Frozen> EchoFrozen(Frozen frozen);

    Task<object> KeptIdentity(Frozen frozen);

    Task TakeObject(object value);
}

public sealed class KeeperGrain : Grain, IKeeper
{
    private Mutable kept = new();

    public Task Keep(Mutable value)
    {
        kept = value;
        return Task.CompletedTask;
    }

    public Task<Mutable> Kept() => Task.FromResult(kept);

    public Task Change(int number)
    {
        kept.Numbers.Add(number);
        return Task.CompletedTask;
    }

    public Task<BaseMessage> Echo(BaseMessage message) => Task.FromResult(message);

    public Task<int[]> EchoArray(int[] numbers)
    {
        numbers[0] = -1;
        return Task.FromResult(numbers);
    }

    public Task<Frozen> EchoFrozen(Frozen frozen) => Task.FromResult(frozen);

    public Task<object> KeptIdentity(Frozen frozen) => Task.FromResult<object>(frozen.Values.Length);

    public Task TakeObject(object value) => Task.CompletedTask;
}

public sealed class IsolationTests(UsualCluster usual) : IClassFixture<UsualCluster>
{
    private readonly IKeeper grain = usual.Grains.GetGrain<IKeeper>(Guid.NewGuid().ToString());

    [Fact]
    public async Task Caller_and_grain_share_nothing_mutable_when_it_was_passed_or_returned()
    {
        var inner = new Mutable { Numbers = [7] };
        var mine = new Mutable { Numbers = [1], Inner = inner };
        await grain.Keep(mine);
        mine.Numbers.Add(2);
        inner.Numbers.Clear();
        await grain.Change(3);
        var back = await grain.Kept();
        back.Numbers.ShouldBe([1, 3]);
        back.Inner!.Numbers.ShouldBe([7]);
        mine.Numbers.ShouldBe([1, 2]);
        back.Numbers.Clear();
        (await grain.Kept()).Numbers.ShouldBe([1, 3]);
    }

    [Fact]
    public async Task An_array_is_copied_when_it_is_passed()
    {
        int[] mine = [1, 2];
        (await grain.EchoArray(mine)).ShouldBe([-1, 2]);
        mine.ShouldBe([1, 2]);
    }

    [Fact]
    public async Task A_derived_message_arrives_whole_when_its_base_was_declared()
    {
        var message = new DerivedMessage("n", new() { ["a"] = [1, 2] });
        var back = (await grain.Echo(message)).ShouldBeOfType<DerivedMessage>();
        back.Name.ShouldBe("n");
        back.Parts["a"].ShouldBe([1, 2]);
        back.Parts.ShouldNotBeSameAs(message.Parts);
    }

    [Fact]
    public async Task A_member_without_id_stays_behind_when_its_object_is_copied()
    {
        await grain.Keep(new Mutable { WithoutId = 5, Numbers = [1] });
        (await grain.Kept()).WithoutId.ShouldBe(0);
    }

    [Fact]
    public async Task An_immutable_message_arrives_whole()
    {
        var back = await grain.EchoFrozen(new Frozen([1f, 2f], new float[] { 3f }));
        back.Values.ShouldBe([1f, 2f]);
        back.Column.ToArray().ShouldBe([3f]);
    }

    [Fact]
    public Task A_call_is_refused_when_an_argument_cannot_travel() => Should.ThrowAsync<Exception>(async () => await grain.TakeObject(new Unmarked()));
}
