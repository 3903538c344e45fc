namespace Progeny.Gateway.Tests.Durability;

/// <summary>A folder for a test, gone after it. Nodes are heavy: the tests of the collection run one after the other.</summary>
public abstract class DataFixture : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("progeny-test-").FullName;

    protected string Data => PathOf("data");

    protected string PathOf(string name) => Path.Combine(folder, name);

    public void Dispose()
    {
        GC.SuppressFinalize(this);
        Directory.Delete(folder, recursive: true);
    }
}
