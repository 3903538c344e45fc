using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Progeny.Core.Releases;

namespace Progeny.Gateway.Tests.Rollouts;

/// <summary>The artifacts of a node, some of which take long to read, or cannot be read.</summary>
internal sealed class HeldModels(IArtifactStore store) : IArtifactStore
{
    private readonly ConcurrentDictionary<string, int> readable = new();
    private readonly ConcurrentDictionary<string, TaskCompletionSource> held = new();

    /// <summary>Registers it in the place of the node's own store.</summary>
    public static void Wrap(IServiceCollection services)
    {
        var own = services.Last(service => service.ServiceType == typeof(IArtifactStore));
        services.Replace(ServiceDescriptor.Singleton<IArtifactStore>(provider => new HeldModels(
            (IArtifactStore)(own.ImplementationInstance ?? own.ImplementationFactory?.Invoke(provider)
                ?? ActivatorUtilities.CreateInstance(provider, own.ImplementationType!)))));
    }

    /// <summary>Whoever reads it waits.</summary>
    public void Hold(string digest) => held[digest] = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    public void LetGo(string digest) => held[digest].SetResult();

    /// <summary>It can be read so many times more.</summary>
    public void Limit(string digest, int times) => readable[digest] = times;

    public Task<string> PutAsync(Stream contents, long maxBytes, CancellationToken cancellationToken) =>
        store.PutAsync(contents, maxBytes, cancellationToken);

    public async Task<Stream> OpenAsync(string digest, CancellationToken cancellationToken)
    {
        if (held.TryGetValue(digest, out var hold))
            await hold.Task.WaitAsync(cancellationToken);
        if (readable.ContainsKey(digest) && readable.AddOrUpdate(digest, 0, (_, times) => times - 1) < 0)
            throw new IOException("The disk stands still.");
        return await store.OpenAsync(digest, cancellationToken);
    }

    public Task<bool> ExistsAsync(string digest, CancellationToken cancellationToken) => store.ExistsAsync(digest, cancellationToken);

    public Task<string> StageAsync(Stream contents, long maxBytes, CancellationToken cancellationToken) =>
        store.StageAsync(contents, maxBytes, cancellationToken);

    public Task<Stream> OpenStagedAsync(string ticket, CancellationToken cancellationToken) =>
        store.OpenStagedAsync(ticket, cancellationToken);

    public Task<string> KeepAsync(string ticket, CancellationToken cancellationToken) => store.KeepAsync(ticket, cancellationToken);

    public Task DropAsync(string ticket, CancellationToken cancellationToken) => store.DropAsync(ticket, cancellationToken);
}
