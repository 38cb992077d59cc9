import { Redirect } from 'expo-router';

export default function Lost() {
  return <Redirect href="/" />;
}
