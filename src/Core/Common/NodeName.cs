namespace Progeny.Core.Common;

/// <summary>The name of this process among those of its cluster: in lists, metrics and traces.</summary>
public sealed record NodeName(string Value)
{
    public override string ToString() => Value;
}
