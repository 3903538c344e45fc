using System.Collections.Concurrent;

namespace Progeny.Engine.Tests.Grains;

public interface INews : IGrainObserver
{
    Task Told(string what);

    Task<int> Count();
}

public interface INewsroom : IGrainWithStringKey
{
    Task Subscribe(INews reader);

    Task<int> Tell(string what);
}

public sealed class NewsroomGrain : Grain, INewsroom
{
    private readonly HashSet<INews> readers = [];

    public Task Subscribe(INews reader)
    {
        readers.Add(reader);
        return Task.CompletedTask;
    }

    public async Task<int> Tell(string what)
    {
        foreach (var reader in readers)
            await reader.Told(what);
        return readers.Count;
    }
}

public sealed class ObserverTests(UsualCluster usual) : IClassFixture<UsualCluster>
{
    [Fact]
    public async Task An_object_is_called_when_a_grain_has_a_reference_to_it()
    {
        var reader = new Reader();
        var reference = usual.Grains.CreateObjectReference<INews>(reader);
        var room = usual.Grains.GetGrain<INewsroom>("room");
        await room.Subscribe(reference);
        await room.Subscribe(reference);
        (await room.Tell("first")).ShouldBe(1);
        await room.Tell("second");
        reader.Heard.ShouldBe(["first", "second"]);
        usual.Grains.DeleteObjectReference<INews>(reference);
        GC.KeepAlive(reader);
    }

    private sealed class Reader : INews
    {
        public ConcurrentQueue<string> Heard { get; } = new();

        public Task Told(string what)
        {
            Heard.Enqueue(what);
            return Task.CompletedTask;
        }

        public Task<int> Count() => Task.FromResult(Heard.Count);
    }
}
