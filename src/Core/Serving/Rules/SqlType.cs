namespace Progeny.Core.Serving;

/// <summary>The types of values in an expression.</summary>
public enum SqlType
{
    Null,
    Integer,
    Real,
    Text,
}
