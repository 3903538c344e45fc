namespace Microsoft.ML.OnnxRuntime;

/// <summary>A list that owns what it holds: disposing it disposes that.</summary>
public interface IDisposableReadOnlyCollection<T> : IReadOnlyCollection<T>, IReadOnlyList<T>, IDisposable;
