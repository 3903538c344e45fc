namespace Progeny.Silo.Security;

/// <summary>Finds the project of a job.</summary>
public interface IJobOwners
{
    /// <summary>The project; null: there is no such job.</summary>
    Task<string?> FindProjectAsync(string job);
}
