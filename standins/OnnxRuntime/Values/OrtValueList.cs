using System.Collections;

namespace Microsoft.ML.OnnxRuntime;

/// <summary>The outputs of a run.</summary>
internal sealed class OrtValueList(OrtValue[] values) : IDisposableReadOnlyCollection<OrtValue>
{
    private OrtValue[] _values = values;

    public int Count => _values.Length;

    public OrtValue this[int index] => _values[index];

    public IEnumerator<OrtValue> GetEnumerator() => ((IEnumerable<OrtValue>)_values).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    public void Dispose()
    {
        foreach (var value in Interlocked.Exchange(ref _values, [])) value.Dispose();
    }
}
