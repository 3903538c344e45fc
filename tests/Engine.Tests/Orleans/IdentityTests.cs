namespace Progeny.Engine.Tests.Grains;

public interface IStringKeyed : IGrainWithStringKey
{
    Task<string> Key();

    Task<string> KeyOf(IStringKeyed other);

    Task<IStringKeyed> Self();

    Task<GrainId> Id();
}

public interface IGuidKeyed : IGrainWithGuidKey
{
    Task<Guid> Key();
}

public interface IIntegerKeyed : IGrainWithIntegerKey
{
    Task<long> Key();
}

public interface IGuidCompoundKeyed : IGrainWithGuidCompoundKey
{
    Task<(Guid, string?)> Key();
}

public interface IIntegerCompoundKeyed : IGrainWithIntegerCompoundKey
{
    Task<(long, string?)> Key();
}

public sealed class StringKeyedGrain : Grain, IStringKeyed
{
    public Task<string> Key() => Task.FromResult(this.GetPrimaryKeyString());

    public Task<string> KeyOf(IStringKeyed other) => other.Key();

    public Task<IStringKeyed> Self() => Task.FromResult(this.AsReference<IStringKeyed>());

    public Task<GrainId> Id() => Task.FromResult(this.GetGrainId());
}

public sealed class GuidKeyedGrain : Grain, IGuidKeyed
{
    public Task<Guid> Key() => Task.FromResult(this.GetPrimaryKey());
}

public sealed class IntegerKeyedGrain : Grain, IIntegerKeyed
{
    public Task<long> Key() => Task.FromResult(this.GetPrimaryKeyLong());
}

public sealed class GuidCompoundKeyedGrain : Grain, IGuidCompoundKeyed
{
    public Task<(Guid, string?)> Key() => Task.FromResult((this.GetPrimaryKey(out var extension), extension));
}

public sealed class IntegerCompoundKeyedGrain : Grain, IIntegerCompoundKeyed
{
    public Task<(long, string?)> Key() => Task.FromResult((this.GetPrimaryKeyLong(out var extension), extension));
}

/// <summary>A grain that does not derive from Grain.</summary>
public interface IPlain : IGrainWithStringKey
{
    Task<string> Key();
}

public sealed class PlainGrain(IGrainContext context) : IGrainBase, IPlain
{
    public IGrainContext GrainContext { get; } = context;

    public Task<string> Key() => Task.FromResult(this.GetPrimaryKeyString());
}

public sealed class IdentityTests(UsualCluster usual) : IClassFixture<UsualCluster>
{
    [Theory]
    [InlineData("a")]
    [InlineData("flights@1.2.0:3")]
    [InlineData("a/b+c d#ü")]
    public async Task A_string_key_arrives_when_the_grain_asks_for_it(string key) =>
        (await usual.Grains.GetGrain<IStringKeyed>(key).Key()).ShouldBe(key);

    [Fact]
    public async Task Other_keys_arrive_when_the_grain_asks_for_them()
    {
        var guid = Guid.NewGuid();
        (await usual.Grains.GetGrain<IGuidKeyed>(guid).Key()).ShouldBe(guid);
        (await usual.Grains.GetGrain<IIntegerKeyed>(-7).Key()).ShouldBe(-7);
        (await usual.Grains.GetGrain<IIntegerKeyed>(long.MaxValue).Key()).ShouldBe(long.MaxValue);
        (await usual.Grains.GetGrain<IGuidCompoundKeyed>(guid, "x+y").Key()).ShouldBe((guid, "x+y"));
        (await usual.Grains.GetGrain<IIntegerCompoundKeyed>(12, "x").Key()).ShouldBe((12L, "x"));
        (await usual.Grains.GetGrain<IPlain>("plain").Key()).ShouldBe("plain");
    }

    [Fact]
    public async Task References_are_equal_when_they_name_the_same_grain()
    {
        var one = usual.Grains.GetGrain<IStringKeyed>("one");
        usual.Grains.GetGrain<IStringKeyed>("one").ShouldBe(one);
        usual.Grains.GetGrain<IStringKeyed>("one").GetHashCode().ShouldBe(one.GetHashCode());
        usual.Grains.GetGrain<IStringKeyed>("two").ShouldNotBe(one);
        (await one.Self()).ShouldBe(one);
    }

    [Fact]
    public async Task A_grain_can_be_called_when_it_came_as_an_argument()
    {
        var first = usual.Grains.GetGrain<IStringKeyed>("first");
        (await first.KeyOf(usual.Grains.GetGrain<IStringKeyed>("second"))).ShouldBe("second");
        (await (await first.Self()).Key()).ShouldBe("first");
    }

    [Fact]
    public async Task A_grain_id_is_type_and_key_when_written()
    {
        var id = await usual.Grains.GetGrain<IStringKeyed>("k").Id();
        id.ToString().ShouldBe("stringkeyed/k");
        GrainId.Parse("stringkeyed/k").ShouldBe(id);
        (await ((IStringKeyed)usual.Grains.GetGrain<IStringKeyed>(id)).Key()).ShouldBe("k");
    }
}
