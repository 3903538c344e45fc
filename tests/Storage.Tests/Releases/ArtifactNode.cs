using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Progeny.Core.Common;
using Progeny.Core.Releases;
using Progeny.Storage.Releases;

namespace Progeny.Storage.Tests.Releases;

/// <summary>A member of a cluster as far as its artifacts go, with a data folder of its own.</summary>
internal sealed class ArtifactNode : IAsyncDisposable
{
    private readonly TemporaryFolder? _own;
    private readonly IHost _host;

    private ArtifactNode(TemporaryFolder? own, string data, (string Key, string Value)[] settings, TimeProvider? time = null)
    {
        _own = own;
        Cache = Path.Combine(data, "artifacts-cache");
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration.AddInMemoryCollection(
            [new("Data", data), new("Cluster:ConnectionString", "Host=127.0.0.1;Port=1;Username=nobody")]);
        foreach (var (key, value) in settings)
            builder.Configuration[key] = value;
        if (time is not null)
            builder.Services.AddSingleton(time);
        builder.Services.AddProgenyStorage(builder.Configuration, builder.Configuration.GetSection("Cluster").Get<ClusterOptions>());
        _host = builder.Build();
    }

    public IArtifactStore Store => _host.Services.GetRequiredService<IArtifactStore>();

    public ISharedArtifacts Shared => _host.Services.GetRequiredService<ISharedArtifacts>();

    /// <summary>The folder of its cache.</summary>
    public string Cache { get; }

    /// <summary>The files of its cache by the digests of their contents.</summary>
    public IEnumerable<string> Cached =>
        Directory.EnumerateDirectories(Cache, "??").SelectMany(Directory.EnumerateFiles)
            .Select(path => Path.GetFileName(Path.GetDirectoryName(path)) + Path.GetFileName(path));

    /// <summary>Makes a node that does not run: its stores work without the database.</summary>
    public static ArtifactNode Create(params (string Key, string Value)[] settings)
    {
        var folder = new TemporaryFolder();
        return new ArtifactNode(folder, folder["data"], settings);
    }

    /// <summary>Makes a node that does not run, with a data folder that was there before it and stays after it.</summary>
    public static ArtifactNode CreateIn(string data, params (string Key, string Value)[] settings) => new(null, data, settings);

    /// <summary>Makes a node and starts it, which creates the tables of its database.</summary>
    public static Task<ArtifactNode> StartAsync(params (string Key, string Value)[] settings) => StartAsync(TimeProvider.System, settings);

    /// <summary>Makes a node with a clock of its own and starts it.</summary>
    public static async Task<ArtifactNode> StartAsync(TimeProvider time, params (string Key, string Value)[] settings)
    {
        var folder = new TemporaryFolder();
        var node = new ArtifactNode(folder, folder["data"], settings, time);
        await node._host.StartAsync();
        return node;
    }

    public string PathOf(string digest) => Path.Combine(Cache, digest[..2], digest[2..]);

    public async ValueTask DisposeAsync()
    {
        await ((IAsyncDisposable)_host).DisposeAsync();
        _own?.Dispose();
    }
}
