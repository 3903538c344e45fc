namespace Orleans;

/// <summary>Checks settings before a silo or client starts.</summary>
public interface IConfigurationValidator
{
    /// <exception cref="OrleansConfigurationException">A setting is wrong.</exception>
    void ValidateConfiguration();
}
