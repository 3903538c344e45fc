namespace Progeny.Core.Datasets.Contracts;

/// <summary>What the texts of a column are.</summary>
public enum ContractFormat
{
    None,
    Date,
    DateTime,
    Uuid,
}
