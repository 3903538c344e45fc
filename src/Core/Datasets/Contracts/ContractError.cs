namespace Progeny.Core.Datasets.Contracts;

/// <summary>What is wrong with a contract.</summary>
/// <param name="Path">Where, such as <c>properties/price/minimum</c>; empty: the whole document.</param>
/// <param name="Problem">What is there, and what would be right.</param>
public sealed record ContractError(string Path, string Problem)
{
    public override string ToString() => Path.Length == 0 ? Problem : $"{Path}: {Problem}";
}
