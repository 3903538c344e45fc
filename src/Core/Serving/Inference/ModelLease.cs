namespace Progeny.Core.Serving.Inference;

/// <summary>The right to use a loaded model, until disposed.</summary>
public sealed class ModelLease(LoadedModel model, Action release) : IDisposable
{
    private Action? release = release;

    public LoadedModel Model { get; } = model;

    public void Dispose() => Interlocked.Exchange(ref release, null)?.Invoke();
}
