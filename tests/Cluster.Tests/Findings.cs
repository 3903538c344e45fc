using System.Collections.Concurrent;
using Xunit.Abstractions;

namespace Progeny.Cluster.Tests;

/// <summary>What a test measured, and every discrepancy that it found, not only the first.</summary>
internal sealed class Findings(ITestOutputHelper output)
{
    private readonly ConcurrentQueue<string> _wrong = [];

    /// <summary>Writes a measurement.</summary>
    public void Note(string text) => output.WriteLine(text);

    /// <summary>Holds something to be true.</summary>
    public void Expect(bool isTrue, string otherwise)
    {
        if (isTrue)
            return;
        _wrong.Enqueue(otherwise);
        output.WriteLine($"WRONG: {otherwise}");
    }

    /// <summary>Fails where anything was wrong.</summary>
    /// <param name="warnings">What the nodes had to say, for who looks into it.</param>
    public void RequireNone(Func<string> warnings)
    {
        if (!_wrong.IsEmpty)
            output.WriteLine(warnings());
        _wrong.ShouldBeEmpty();
    }
}
