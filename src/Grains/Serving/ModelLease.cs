using Progeny.Core.Serving;

namespace Progeny.Grains.Serving;

/// <summary>The right to run a model, until disposed.</summary>
internal sealed class ModelLease(ModelRunner model, Action release) : IDisposable
{
    private Action? release = release;

    public ModelRunner Model { get; } = model;

    public void Dispose() => Interlocked.Exchange(ref release, null)?.Invoke();
}
