namespace Progeny.Storage.Datasets.Contracts;

/// <summary>A rule for rows as SQL over the views of <see cref="ContractViews"/>.</summary>
/// <param name="Path">Where the contract has it.</param>
/// <param name="Broken">True where a row breaks it, else false or NULL.</param>
/// <param name="Reason">The text that says so, with the value and what would be right.</param>
internal sealed record RowRule(string Path, string Broken, string Reason);
