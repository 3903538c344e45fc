namespace Progeny.Core.Expressions;

/// <summary>The types of values in an expression.</summary>
public enum SqlType
{
    Null,
    Integer,
    Real,
    Text,
}
