using Progeny.Core.Releases;
using Progeny.Storage.Releases;

namespace Progeny.Storage.Tests.Releases;

/// <summary>The artifacts of development commands: two users of one instance, which nobody else shares.</summary>
public sealed class VolatileArtifactStoreTests : ArtifactStoreContract
{
    private readonly VolatileArtifactStore store = new(TimeProvider.System);

    public override Task DisposeAsync()
    {
        store.Dispose();
        return Task.CompletedTask;
    }

    [Fact]
    public async Task Volatile_store_when_disposed_leaves_no_file()
    {
        var before = Directory.GetDirectories(Path.GetTempPath(), "progeny-artifacts-*");
        string[] during;
        using (var passing = new VolatileArtifactStore(TimeProvider.System))
        {
            var digest = await passing.PutAsync(new MemoryStream([1, 2, 3]), 10, default);
            (await passing.ExistsAsync(digest, default)).ShouldBeTrue();
            during = [.. Directory.GetDirectories(Path.GetTempPath(), "progeny-artifacts-*").Except(before)];
        }

        during.ShouldNotBeEmpty();
        during.ShouldContain(path => !Directory.Exists(path));
    }

    protected override Task<(IArtifactStore Store, IArtifactStore Other)> OpenAsync() =>
        Task.FromResult<(IArtifactStore, IArtifactStore)>((store, store));

    // Nobody but the store knows its folder; that it leaves nothing is asserted on disposal.
    protected override Task AssertTidyAsync() => Task.CompletedTask;
}
