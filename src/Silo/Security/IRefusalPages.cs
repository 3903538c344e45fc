namespace Progeny.Silo.Security;

/// <summary>Answers people whose request is refused; programs get problem details.</summary>
public interface IRefusalPages
{
    /// <summary>The answer for a person; null: the request is a program's.</summary>
    IResult? Find(HttpContext context, GuardProblem problem);
}
