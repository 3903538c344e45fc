namespace Progeny.Storage.Tests.Releases;

/// <summary>The artifacts of a cluster in a shared folder.</summary>
public sealed class FolderArtifactTests : SharedArtifactContract
{
    private readonly TemporaryFolder folder = new();

    public FolderArtifactTests() => Directory.CreateDirectory(Shared);

    private string Shared => folder["shared"];

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        folder.Dispose();
    }

    internal override Task<ArtifactNode> NewNodeAsync() =>
        Task.FromResult(ArtifactNode.Create(("Artifacts:Store", "folder"), ("Artifacts:Folder", Shared)));

    protected override Task DamageAsync(string digest)
    {
        Damage(Path.Combine(Shared, digest[..2], digest[2..]));
        return Task.CompletedTask;
    }

    // What is left of a mount point when nothing is mounted is an empty folder.
    protected override Task TakeAwayAsync()
    {
        Directory.Move(Shared, folder["away"]);
        Directory.CreateDirectory(Shared);
        return Task.CompletedTask;
    }

    protected override Task BringBackAsync()
    {
        Directory.Delete(Shared);
        Directory.Move(folder["away"], Shared);
        return Task.CompletedTask;
    }

    protected override Task AssertSharedTidyAsync()
    {
        Directory.EnumerateFiles(Path.Combine(Shared, "tmp")).ShouldBeEmpty();
        return Task.CompletedTask;
    }
}
