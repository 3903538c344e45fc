namespace Progeny.Core.Datasets.Contracts;

/// <summary>What a column's values are, in the words of JSON Schema.</summary>
public enum ContractType
{
    String,
    Integer,
    Number,
    Boolean,
    Array,
    Object,
}
